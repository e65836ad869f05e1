//! What the host and the editor are told of what is played on.

use super::*;

#[test]
fn as_long_as_anything_is_to_come_the_tail_has_no_end_and_then_it_has_one() {
    let base_file = random_base(1);
    let base = Base::from_bytes(&base_file).unwrap();
    let catalogue = catalogue(Some(base_file), vec![random_target(1, &base)]);
    let (mut sound, shared) = (Sound::default().playing(Plays::Keys), Shared::default());
    let controls = Controls {
        play_on: true,
        play_on_length: 1,
        ..Controls::neutral()
    };
    let stream = Stream::bounced(48_000.0);
    sound.prepare(catalogue, stream, [0; 4], &controls, &shared);
    shared.set_editor_open(true);
    let mut process = |events: &[NoteEvent<()>], seconds: f32| {
        let mut block = vec![0.0; (48_000.0 * seconds) as usize];
        let mut events = events.iter().copied();
        let next_event = || events.next();
        sound.process(&mut [&mut block], [0; 4], &controls, next_event, &shared)
    };
    let ends = process(&[], 0.1);
    assert!(ends < 48_000);
    let released = NoteEvent::NoteOff {
        timing: 12_000,
        voice_id: nice_plug::midi::VoiceID::Wildcard,
        channel: nice_plug::midi::Channel::Number(0),
        key: nice_plug::midi::Key::Number(60),
        velocity: 0.0,
    };
    assert_eq!(process(&[struck(0, 60), released], 0.5), ENDLESS_TAIL);
    assert_eq!(shared.take_reading().beat_s, 0.0);
    assert_eq!(process(&[], 2.0), ENDLESS_TAIL);
    assert!((0.2..1.3).contains(&shared.take_reading().beat_s));
    assert_eq!(process(&[], 6.0), ends);
    assert_eq!(shared.take_reading().beat_s, 0.0);
}
