//! Targets that are learnt here.

use mynah_engine::mark_learnt;

use super::*;
use crate::targets::{Found, SavedTarget};

impl Home {
    fn learnt(&self) -> PathBuf {
        self.targets().join("old-cello.mynah")
    }

    /// Writes the target as learning has it now.
    fn learn(&self, seed: u64) {
        mark_learnt(&self.learnt(), &[]).unwrap();
        self.put("old-cello.mynah", seed);
    }

    fn saved(&self, seed: u64) -> SavedTarget {
        SavedTarget {
            name: "random-target".to_owned(),
            hash: self.hash(seed),
            plays: String::new(),
        }
    }
}

#[test]
fn a_target_appears_and_gets_better_at_its_index_and_sessions_find_it() {
    let home = Home::new();
    let catalogue = home.start(&[]);
    catalogue.prepare().unwrap();
    home.learn(1);
    assert_eq!(catalogue.find(&home.saved(1)), None);
    assert_eq!(catalogue.take_learnt(&home.learnt()).unwrap(), LAST);
    let before = catalogue.target(LAST).unwrap();
    let changes = catalogue.changes();
    assert_eq!(catalogue.take_learnt(&home.learnt()).unwrap(), LAST);
    assert_eq!(catalogue.changes(), changes, "nothing has changed");
    home.learn(2);
    assert_eq!(catalogue.take_learnt(&home.learnt()).unwrap(), LAST);
    let entry = catalogue.entry(LAST).unwrap();
    assert_eq!(entry.info().hash.to_string(), home.hash(2));
    assert_eq!((catalogue.count(), entry.renewals()), (1, 1));
    assert_eq!(
        (catalogue.changes(), entry.change()),
        (changes + 1, changes)
    );
    let now = catalogue.target(LAST).unwrap();
    assert_eq!(now.info().hash, entry.info().hash);
    assert!(!Arc::ptr_eq(&before, &now));
    // Saved before it became better, now, and in a process that had it in between.
    for seed in [1, 2, 77] {
        let found = catalogue.find(&home.saved(seed));
        assert_eq!(found, Some(Found::Itself(LAST)), "{seed}");
    }
    // A process that begins later.
    home.learn(3);
    let later = home.start(&[]);
    later.prepare().unwrap();
    assert_eq!(later.find(&home.saved(1)), Some(Found::Itself(LAST)));
    assert_eq!(
        later.target(LAST).unwrap().info().hash.to_string(),
        home.hash(3)
    );
}

#[test]
fn a_file_that_got_better_between_listing_and_loading_is_loaded() {
    let home = Home::new();
    home.learn(1);
    let catalogue = home.start(&[]);
    home.learn(2);
    catalogue.prepare().unwrap();
    let entry = catalogue.entries()[0];
    assert_eq!(entry.problem(), None);
    assert_eq!(entry.info().hash.to_string(), home.hash(2));
}

#[test]
fn another_file_of_the_players_does_not_change_while_it_is_here() {
    let home = Home::new();
    home.put("own.mynah", 1);
    let catalogue = home.start(&[]);
    catalogue.prepare().unwrap();
    home.put("own.mynah", 2);
    let file = home.targets().join("own.mynah");
    let index = catalogue.take_learnt(&file).unwrap();
    let entry = catalogue.entry(index).unwrap();
    assert_eq!(entry.info().hash.to_string(), home.hash(1));
    assert_eq!(catalogue.find(&home.saved(2)), None);
}

#[test]
fn the_audio_thread_reads_while_a_target_gets_better_until_there_is_no_more_room() {
    let home = Home::new();
    let catalogue = home.start(&[]);
    catalogue.prepare().unwrap();
    home.learn(0);
    catalogue.take_learnt(&home.learnt()).unwrap();
    let most = entry::MOST_RENEWALS as u64;
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for seed in 1..=most + 1 {
                home.learn(seed);
                catalogue.take_learnt(&home.learnt()).unwrap();
            }
        });
        let mut held = catalogue.targets([LAST; CORNERS]);
        let mut renewals = 0;
        while renewals < most as usize {
            let measured = allocation_counter::measure(|| {
                renewals = catalogue.entry(LAST).unwrap().renewals();
                // The one before goes, and nothing is freed.
                held = catalogue.targets([LAST; CORNERS]);
            });
            let frees = measured.count_total as i64 - measured.count_current;
            assert_eq!((measured.count_total, frees), (0, 0));
        }
    });
    let entry = catalogue.entry(LAST).unwrap();
    assert_eq!(entry.info().hash.to_string(), home.hash(most));
}
