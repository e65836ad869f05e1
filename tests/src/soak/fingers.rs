//! Hands on a keyboard, and what no hand does: events without end for an engine that plays keys.

use mynah_engine::{KeyEvent, NoteAddress, NoteExpression};

use super::music::Scene;
use crate::signal::Random;

const CHANNELS: u8 = 16;
/// Keys that are held at once, at most: more than there are voices.
const MOST_HELD: usize = 12;
/// Events that come at one sample where there is no sense in it.
const BURST: usize = 2_000;
/// Values that are none, or outside of every range.
const BAD: [f32; 9] = [
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    -1.5,
    -0.0,
    7.0,
    1e30,
    -1e30,
    1e-40,
];
/// MIDI's controllers that mean something to a keyboard, and one that does not.
const CONTROLLERS: [u8; 12] = [1, 2, 7, 11, 64, 6, 38, 100, 101, 121, 123, 74];

/// A player of keys.
pub(super) struct Fingers {
    random: Random,
    rate_hz: f64,
    scene: Option<Scene>,
    until_next: usize,
    /// What is held down, as far as the player knows.
    held: Vec<NoteAddress>,
    next_id: i32,
    events: Vec<(usize, KeyEvent)>,
}

impl Fingers {
    pub(super) fn new(seed: u64, rate_hz: f64) -> Self {
        Self {
            random: Random::new(seed),
            rate_hz,
            scene: None,
            until_next: 0,
            held: Vec::with_capacity(MOST_HELD),
            next_id: 0,
            events: Vec::new(),
        }
    }

    /// What happens in the next samples: at which of them, what, in order.
    pub(super) fn play(&mut self, scene: Scene, samples: usize) -> &[(usize, KeyEvent)] {
        self.events.clear();
        if self.scene != Some(scene) && samples > 0 {
            self.scene = Some(scene);
            self.begin(scene);
        }
        let mut at = self.until_next;
        while at < samples {
            self.act(scene, at);
            at += self.pause(scene);
        }
        self.until_next = at - samples;
        &self.events
    }

    /// Another scene: in silence nothing is held any more; otherwise there may be a zone of channels for single notes.
    fn begin(&mut self, scene: Scene) {
        self.until_next = 0;
        if scene == Scene::Silence {
            for channel in 0..CHANNELS {
                for number in [64, 123] {
                    self.turn(0, channel, number, 0.0);
                }
            }
            self.held.clear();
        } else if self.random.within(0, 3) == 0 {
            let members = self.random.within(0, 15) as f32 / 127.0;
            for (number, value) in [(101, 0.0), (100, 6.0 / 127.0), (6, members)] {
                self.turn(0, 0, number, value);
            }
        }
    }

    fn act(&mut self, scene: Scene, at: usize) {
        match scene {
            Scene::Silence => {}
            Scene::Melody => {
                // Now and then the key before is held on, so that with one voice there is a slur.
                if self.random.within(0, 2) > 0 {
                    self.let_go(at, MOST_HELD);
                }
                self.strike(at);
            }
            Scene::Chords => {
                let (up, down) = (self.random.within(0, 6), self.random.within(1, 6));
                self.let_go(at, up);
                (0..down).for_each(|_| self.strike(at));
            }
            Scene::Noise => {
                self.strike_or_let_go(at);
                self.move_something(at);
            }
            Scene::Nonsense => {
                let burst = self.random.within(0, 60) == 0;
                for _ in 0..if burst { BURST } else { 1 } {
                    self.nonsense(at);
                }
            }
        }
    }

    /// Samples until something happens again.
    fn pause(&mut self, scene: Scene) -> usize {
        let longest_s = match scene {
            Scene::Melody => 0.5,
            Scene::Chords => 1.0,
            Scene::Noise => 0.05,
            Scene::Silence | Scene::Nonsense => 0.02,
        };
        let share = f64::from(self.unit());
        1 + (longest_s * share * share * self.rate_hz) as usize
    }

    fn strike_or_let_go(&mut self, at: usize) {
        match self.random.within(0, 7) {
            0 => self.strike(at),
            1 => self.let_go(at, 1),
            _ => {}
        }
    }

    fn strike(&mut self, at: usize) {
        if self.held.len() == MOST_HELD {
            self.let_go(at, 1);
        }
        let channel = if self.random.within(0, 1) == 0 {
            0
        } else {
            self.random.within(0, 15) as u8
        };
        let key = self.random.within(20, 110) as u8;
        let velocity = self.unit();
        let id = (self.random.within(0, 1) == 0).then_some(self.next_id);
        self.next_id = self.next_id.wrapping_add(1);
        self.held.push(NoteAddress {
            id,
            channel: Some(channel),
            key: Some(key),
        });
        let on = KeyEvent::On {
            id,
            channel,
            key,
            velocity,
        };
        self.events.push((at, on));
    }

    /// Lets go of up to so many keys, any of those that are held.
    fn let_go(&mut self, at: usize, keys: usize) {
        for _ in 0..keys.min(self.held.len()) {
            let which = self.random.within(0, self.held.len() - 1);
            let address = self.held.swap_remove(which);
            self.events.push((at, KeyEvent::Off(address)));
        }
    }

    /// A wheel, a pedal, pressure, or what a host says of a note.
    fn move_something(&mut self, at: usize) {
        let (channel, value) = (self.random.within(0, 15) as u8, self.unit());
        let event = match self.random.within(0, 5) {
            0 => KeyEvent::Bend {
                channel,
                value: 2.0 * value - 1.0,
            },
            1 => KeyEvent::Pressure { channel, value },
            2 => {
                let number = CONTROLLERS[self.random.within(0, CONTROLLERS.len() - 1)];
                return self.turn(at, channel, number, value);
            }
            _ => {
                let Some(last) = self.held.last().copied() else {
                    return;
                };
                KeyEvent::Expression(last, self.expression(value))
            }
        };
        self.events.push((at, event));
    }

    fn expression(&mut self, value: f32) -> NoteExpression {
        match self.random.within(0, 4) {
            0 => NoteExpression::Tuning(8.0 * value - 4.0),
            1 => NoteExpression::Volume(2.0 * value),
            2 => NoteExpression::Vibrato(value),
            3 => NoteExpression::Expression(value),
            _ => NoteExpression::Pressure(value),
        }
    }

    /// Numbers that are none, keys and channels that there are not, ends without beginnings.
    fn nonsense(&mut self, at: usize) {
        let bits = self.random.bits();
        let (channel, key) = (bits as u8, (bits >> 8) as u8);
        let value = if bits & 1 << 40 == 0 {
            BAD[self.random.within(0, BAD.len() - 1)]
        } else {
            f32::from_bits((bits >> 16) as u32)
        };
        let id = (bits & 1 << 41 == 0).then_some((bits >> 32) as i32);
        let address = NoteAddress {
            id: id.filter(|_| bits & 1 << 42 == 0),
            channel: (bits & 1 << 43 == 0).then_some(channel),
            key: (bits & 1 << 44 == 0).then_some(key),
        };
        let event = match self.random.within(0, 7) {
            0 | 1 => KeyEvent::On {
                id,
                channel,
                key,
                velocity: value,
            },
            2 => KeyEvent::Off(address),
            3 => KeyEvent::Choke(address),
            4 => KeyEvent::Expression(address, self.expression(value)),
            5 => KeyEvent::Bend { channel, value },
            6 => KeyEvent::Pressure { channel, value },
            _ => KeyEvent::Controller {
                channel,
                number: key,
                value,
            },
        };
        self.events.push((at, event));
    }

    fn turn(&mut self, at: usize, channel: u8, number: u8, value: f32) {
        let event = KeyEvent::Controller {
            channel,
            number,
            value,
        };
        self.events.push((at, event));
    }

    /// 0 to 1.
    fn unit(&mut self) -> f32 {
        0.5 + 0.5 * self.random.sample()
    }
}
