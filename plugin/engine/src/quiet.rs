//! Knows when nothing can happen until something comes in, so that silence costs next to nothing.

use mynah_models::HOP_SAMPLES;

/// Hops without a sound, a change or a fade after which every filter and delay of the path holds silence: 0.17 s, and
/// the longest of them, the way back from 48 kHz at a rate of 192 kHz, remembers 0.02 s.
const HOPS_TO_REST: u32 = 64;

/// Counts quiet hops.
pub(crate) struct Quiet {
    sounds: bool,
    hops: u32,
    hops_to_rest: u32,
}

impl Default for Quiet {
    fn default() -> Self {
        Quiet {
            sounds: false,
            hops: 0,
            hops_to_rest: HOPS_TO_REST,
        }
    }
}

impl Quiet {
    /// Never lets the path rest: what resting is compared with.
    #[cfg(test)]
    pub(crate) fn never() -> Quiet {
        Quiet {
            hops_to_rest: u32::MAX,
            ..Quiet::default()
        }
    }

    /// Takes in one sample of both channels.
    pub(crate) fn take(&mut self, frame: [f32; 2]) {
        self.sounds |= frame != [0.0; 2];
    }

    /// A control has begun to move: it takes until the end of a hop that this is seen to be over.
    pub(crate) fn disturb(&mut self) {
        self.hops = 0;
    }

    /// At the end of a hop; `settled` if no control, target or fade is on its way.
    pub(crate) fn end_hop(&mut self, settled: bool) {
        self.hops = if settled && !self.sounds {
            (self.hops + 1).min(self.hops_to_rest)
        } else {
            0
        };
        self.sounds = false;
    }

    /// Whether all that is remembered is silence, so that zeros can be skipped.
    pub(crate) fn can_rest(&self) -> bool {
        self.hops == self.hops_to_rest && !self.sounds
    }
}

/// How many zeros `channels` have at `start` in common.
pub(crate) fn zeros_from(channels: &[&mut [f32]], start: usize) -> usize {
    let zeros = |channel: &&mut [f32]| {
        let rest = channel.get(start..).unwrap_or_default();
        // By the hop first: a comparison of whole hops is a few vectors.
        let whole = rest
            .chunks_exact(HOP_SAMPLES)
            .take_while(|hop| hop.iter().fold(0, |bits, x| bits | (x.to_bits() << 1)) == 0)
            .count()
            * HOP_SAMPLES;
        whole + rest[whole..].iter().take_while(|x| **x == 0.0).count()
    };
    channels.iter().map(zeros).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_counted_to_the_sample() {
        for at in [0, 1, 127, 128, 300, 511] {
            let mut left = vec![0.0; 512];
            let mut right = vec![-0.0; 512];
            right[at] = 1e-30;
            let channels = [left.as_mut_slice(), right.as_mut_slice()];
            assert_eq!(zeros_from(&channels, 0), at);
            assert_eq!(zeros_from(&channels, at), 0);
            assert_eq!(zeros_from(&channels, at + 1), 511 - at);
        }
    }

    #[test]
    fn a_sound_or_a_change_ends_the_rest() {
        let mut quiet = Quiet::default();
        let rest = |quiet: &mut Quiet| (0..HOPS_TO_REST).for_each(|_| quiet.end_hop(true));
        rest(&mut quiet);
        assert!(quiet.can_rest());
        quiet.take([0.0, 1e-9]);
        assert!(!quiet.can_rest());
        quiet.end_hop(true);
        assert!(!quiet.can_rest());
        rest(&mut quiet);
        quiet.end_hop(false);
        assert!(!quiet.can_rest());
        rest(&mut quiet);
        quiet.disturb();
        assert!(!quiet.can_rest());
    }
}
