//! What stands for a player's own model: an instrument that nobody has built, drawn from what is known of it.
//!
//! How it sounds its notes makes it a horn, a lute or a set of bars; where it is at home makes it large or small; everything else,
//! its colour too, comes from its name, so that two of them are told apart at a glance and each looks the same every day.

use egui::Color32;
use egui::epaint::Hsva;
use mynah_models::{ModelInfo, split_mix_64};

use super::Palette;
use super::brush::{Brush, Station};

/// How it sounds its notes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Held,
    Plucked,
    Keys,
}

/// The middles of the homes of a double bass and of a piccolo, MIDI.
const LOWEST_HOME: f32 = 36.0;
const HIGHEST_HOME: f32 = 88.0;
/// How large they are drawn, the lowest and the highest.
const LARGE: f32 = 1.08;
const SMALL: f32 = 0.78;
/// How colourful they are at least.
const SATURATION: f32 = 0.42;

/// What is known of a player's own model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::editor) struct Own {
    kind: Kind,
    /// 0 for the lowest, 1 for the highest.
    register: f32,
    /// Of its name.
    seed: u64,
}

impl Own {
    pub(super) fn of(info: &ModelInfo) -> Self {
        let kind = match info.memory {
            Some(memory) if memory.struck && memory.semitones_only => Kind::Keys,
            Some(memory) if memory.struck => Kind::Plucked,
            _ => Kind::Held,
        };
        let home = info.home_register();
        let middle = (home.low + home.high) / 2.0;
        Self {
            kind,
            register: ((middle - LOWEST_HOME) / (HIGHEST_HOME - LOWEST_HOME)).clamp(0.0, 1.0),
            seed: seed(&info.name),
        }
    }

    /// Its colour, as bright as `plain`.
    pub(super) fn colour(&self, plain: Color32) -> Color32 {
        let mut colour = Hsva::from(plain);
        colour.h = self.share(0);
        colour.s = colour.s.max(SATURATION);
        colour.into()
    }

    pub(super) fn degrees(&self) -> f32 {
        match self.kind {
            Kind::Held => 16.0 + 40.0 * self.share(1),
            Kind::Plucked => 14.0 + 40.0 * self.share(1),
            Kind::Keys => -8.0 + 16.0 * self.share(1),
        }
    }

    pub(super) fn zoom(&self) -> f32 {
        LARGE + (SMALL - LARGE) * self.register
    }

    pub(super) fn draw(&self, brush: &Brush<'_>, palette: &Palette) {
        match self.kind {
            Kind::Held => self.horn(brush, palette),
            Kind::Plucked => self.lute(brush, palette),
            Kind::Keys => self.bars(brush, palette),
        }
    }

    /// The `which`th property of its name, 0 to 1.
    fn share(&self, which: u64) -> f32 {
        let bits = mixed(self.seed.wrapping_add(which)) >> 40;
        bits as f32 / (1_u64 << 24) as f32
    }

    /// One of `count`, by its name.
    fn choice(&self, which: u64, count: u64) -> u64 {
        mixed(self.seed.wrapping_add(which)) % count
    }

    /// A tube with a bell: straight or bent, slim or wide, with holes, rings or keys.
    fn horn(&self, brush: &Brush<'_>, palette: &Palette) {
        let bend = (self.share(2) - 0.5) * 0.44;
        let (slim, wide) = (0.022 + 0.026 * self.share(3), 0.085 + 0.115 * self.share(4));
        let flare = 2.0 + 3.0 * self.share(5);
        let at = |share: f32| -> Station {
            let x = 0.5 + bend * (share * std::f32::consts::TAU).sin() * (0.4 + 0.6 * share);
            let width = slim + (wide - slim) * share.powf(flare);
            [x, 0.08 + 0.82 * share, width]
        };
        let tube: Vec<Station> = (0..=12).map(|n| at(n as f32 / 12.0)).collect();
        brush.ribbon(&tube, palette.body);
        let [mouth_x, mouth_y, _] = at(0.0);
        brush.ribbon(
            &[
                [mouth_x, mouth_y - 0.05, slim * 0.7],
                [mouth_x, mouth_y + 0.03, slim * 0.9],
            ],
            palette.dark,
        );
        let [bell_x, bell_y, bell] = at(1.0);
        brush.ellipse(bell_x, bell_y, [bell * 1.06, 0.035], 0.0, palette.dark);
        let count = 3 + self.choice(6, 5);
        let kind = self.choice(7, 3);
        for n in 0..count {
            let [x, y, width] = at(0.18 + 0.54 * n as f32 / (count - 1) as f32);
            match kind {
                0 => brush.dot(x, y, width * 0.62, palette.dark),
                1 => brush.stroke(
                    [x - width * 1.25, y],
                    [x + width * 1.25, y],
                    0.022,
                    palette.light,
                ),
                _ => brush.dot(x + width * 1.1, y, 0.026, palette.light),
            }
        }
    }

    /// A body with a neck: waisted or round, with a hole of its own, and strings.
    fn lute(&self, brush: &Brush<'_>, palette: &Palette) {
        let lower = 0.17 + 0.13 * self.share(2);
        let upper = lower * (0.55 + 0.45 * self.share(3));
        let waist = upper * (0.55 + 0.5 * self.share(4));
        let top = 0.36 + 0.14 * self.share(5);
        let y = |share: f32| top + (0.95 - top) * share;
        brush.ribbon(&[[0.5, 0.10, 0.026], [0.5, y(0.1), 0.034]], palette.dark);
        brush.even_body(
            &[
                [y(0.0), 0.03],
                [y(0.04), upper * 0.6],
                [y(0.18), upper],
                [y(0.42), waist],
                [y(0.74), lower],
                [y(0.94), lower * 0.66],
                [y(1.0), 0.04],
            ],
            palette.body,
        );
        let hole = y(0.40);
        match self.choice(6, 4) {
            0 => brush.dot(0.5, hole, 0.052, palette.dark),
            1 => brush.ellipse(0.5, hole, [0.08, 0.034], 0.0, palette.dark),
            2 => {
                for x in [0.41, 0.59] {
                    brush.ellipse(x, y(0.55), [0.018, 0.075], 0.0, palette.dark);
                }
            }
            _ => brush.ring(0.5, hole, 0.06, 0.026, palette.dark),
        }
        let strings = 2 + self.choice(7, 4);
        for n in 0..strings {
            let x = (n as f32 - (strings - 1) as f32 / 2.0) * 0.016;
            brush.stroke(
                [0.5 + x * 0.7, 0.10],
                [0.5 + x, y(0.80)],
                0.006,
                palette.light,
            );
            let peg = if n % 2 == 0 { -0.055 } else { 0.055 };
            brush.dot(0.5 + peg, 0.07 + 0.028 * n as f32, 0.017, palette.light);
        }
        brush.stroke([0.44, y(0.80)], [0.56, y(0.80)], 0.024, palette.dark);
    }

    /// Bars side by side, from long to short: straight, arched or as a fan, in one row or two.
    fn bars(&self, brush: &Brush<'_>, palette: &Palette) {
        let count = 5 + self.choice(2, 5);
        let longest = 0.62 + 0.20 * self.share(3);
        let shortest = longest * (0.35 + 0.4 * self.share(4));
        let arch = 0.16 * self.share(5);
        let step = 0.84 / count as f32;
        let shape = self.choice(6, 3);
        for n in 0..count {
            let share = n as f32 / (count - 1) as f32;
            let x = 0.08 + step * (n as f32 + 0.5);
            let length = longest + (shortest - longest) * share;
            let lift = arch * (std::f32::consts::PI * share).sin();
            let middle = match shape {
                0 => 0.5 - lift,
                1 => 0.92 - length / 2.0 - lift,
                _ => 0.08 + length / 2.0 + lift,
            };
            let colour = if (n + self.choice(7, 2)).is_multiple_of(3) {
                palette.light
            } else {
                palette.body
            };
            let (top, bottom) = (middle - length / 2.0, middle + length / 2.0);
            brush.ribbon(&[[x, top, step * 0.40], [x, bottom, step * 0.40]], colour);
            for y in [top + length * 0.16, bottom - length * 0.16] {
                brush.dot(x, y, step * 0.13, palette.dark);
            }
        }
    }
}

fn seed(name: &str) -> u64 {
    let bytes = name.bytes();
    bytes.fold(0, |seed, byte| mixed(seed ^ u64::from(byte)))
}

fn mixed(mut state: u64) -> u64 {
    split_mix_64(&mut state)
}

/// A tuning fork that sounds: a model of which nothing is known but a name.
pub(super) fn tuning_fork(brush: &Brush<'_>, palette: &Palette) {
    brush.ribbon(
        &[
            [0.405, 0.10, 0.034],
            [0.405, 0.40, 0.034],
            [0.415, 0.53, 0.036],
            [0.46, 0.60, 0.038],
            [0.5, 0.615, 0.040],
            [0.54, 0.60, 0.038],
            [0.585, 0.53, 0.036],
            [0.595, 0.40, 0.034],
            [0.595, 0.10, 0.034],
        ],
        palette.body,
    );
    brush.ribbon(&[[0.5, 0.60, 0.034], [0.5, 0.88, 0.030]], palette.body);
    brush.dot(0.5, 0.90, 0.048, palette.body);
    for (offset, height) in [(0.13, 0.10), (0.20, 0.16)] {
        for side in [-1.0_f32, 1.0] {
            let x = |bow: f32| 0.5 + side * (0.095 + offset + bow);
            brush.line(
                &[
                    [x(-0.03), 0.24 - height],
                    [x(0.0), 0.24 - height / 2.0],
                    [x(0.01), 0.24],
                    [x(0.0), 0.24 + height / 2.0],
                    [x(-0.03), 0.24 + height],
                ],
                0.020,
                palette.light,
            );
        }
    }
}

/// Of every kind some, low, in the middle and high.
#[cfg(test)]
pub(super) fn examples() -> Vec<Own> {
    let names = [
        "annas-reed",
        "kitchen-pipe",
        "old-cello",
        "whistle",
        "room-choir",
        "theremin",
    ];
    let kinds = [Kind::Held, Kind::Plucked, Kind::Keys];
    let of = |kind: Kind| {
        names.iter().enumerate().map(move |(n, name)| Own {
            kind,
            register: (n % 3) as f32 / 2.0,
            seed: seed(name),
        })
    };
    kinds.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_looks_the_same_every_day_and_another_one_does_not() {
        assert_eq!(seed("annas-reed"), seed("annas-reed"));
        let looks = |name: &str| {
            let own = Own {
                kind: Kind::Held,
                register: 0.5,
                seed: seed(name),
            };
            (0..8)
                .map(|which| (own.share(which) * 4.0) as u32)
                .collect::<Vec<_>>()
        };
        // Of eight properties with four values each, names that are nearly the same share few.
        let names: Vec<String> = (1..40).map(|n| format!("reed-{n}")).collect();
        for (n, name) in names.iter().enumerate() {
            for other in &names[n + 1..] {
                let (one, two) = (looks(name), looks(other));
                let same = one.iter().zip(&two).filter(|(a, b)| a == b).count();
                assert!(same < 8, "{name} and {other}");
            }
        }
    }

    #[test]
    fn low_ones_are_large_and_colours_stay_as_bright() {
        let own = |register: f32| Own {
            kind: Kind::Keys,
            register,
            seed: 7,
        };
        assert!(own(0.0).zoom() > own(0.5).zoom() && own(0.5).zoom() > own(1.0).zoom());
        let plain = Color32::from_rgb(0x2C, 0x73, 0x77);
        let bright = |colour: Color32| Hsva::from(colour).v;
        for example in examples() {
            let colour = example.colour(plain);
            assert!((bright(colour) - bright(plain)).abs() < 0.01);
        }
    }
}
