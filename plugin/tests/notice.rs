//! What the program around the plugin has to say is seen in the editor. A process of its own, since it is said once.

use mynah_engine::{Library, Plays};
use mynah_plugin::editor::places;
use mynah_plugin::{install, tell_player};

#[test]
fn a_notice_stands_in_the_editor() {
    assert!(install(Library::shipped()));
    let alerts = || {
        let places = places(Plays::Sound, (1200, 800)).into_iter();
        let alerts = places.filter(|place| place.role == "Alert");
        alerts.map(|place| place.name).collect::<Vec<_>>()
    };
    assert_eq!(alerts(), Vec::<String>::new());
    tell_player("Nothing is heard.");
    tell_player("Something else.");
    assert_eq!(alerts(), ["Nothing is heard."]);
}
