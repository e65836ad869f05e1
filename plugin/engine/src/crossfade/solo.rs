//! What plays on for the player, added to what is translated.

use mynah_models::HopControls;

use super::Crossfade;
use crate::chain::Chain;
use crate::hop_scheduler::Translation;
use crate::together::Together;

impl<C: Chain> Crossfade<C> {
    /// Adds a hop of it to all lanes that run, whether these sleep or not.
    pub(super) fn play_solo(&mut self, controls: &HopControls, output: &mut Translation) {
        self.solo_sounds = self.patch.is_some() && self.solo.of_all.sounds(controls);
        if !self.solo_sounds {
            return;
        }
        let now = self.patch.as_ref();
        let fade = self.fade.as_ref();
        let mut players = [Some((self.mode, now)); 2];
        players[1 - self.active] = fade.map(|fade| (fade.mode, fade.from.patch(now)));
        self.solo.play(players, controls, &[]);
        let [before, now] = self.presences();
        let mut played = self.solo.played[self.active];
        now.scale(&mut played);
        if let Some(fade) = &self.fade {
            let mut faded = self.solo.played[1 - self.active];
            before.scale(&mut faded);
            for (n, (played, faded)) in played.iter_mut().zip(&faded).enumerate() {
                *played = *faded + fade.share(n) * (*played - *faded);
            }
        }
        for wet in &mut output.wet[..self.lanes.count()] {
            for (wet, played) in wet.iter_mut().zip(&played) {
                *wet += played;
            }
        }
    }
}
