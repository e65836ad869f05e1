//! What learns the player's taste: ratings and dreams, on a thread of their own while the editor goes on.
//!
//! Window's thread; the audio thread knows nothing of it. A thread that is still at work when the editor closes ends by itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use mynah_engine::{Library, Plays, Preset, Report, shipped_realness};
use mynah_explore::{
    Content, Dreamer, ExploreError, Latest, Rating, Ratings, Stock, Stride, Taste,
};

/// Rounds of a dream: some seconds.
const ROUNDS: usize = 3;

/// What the player asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To keep a thumb on what is set, up or down.
    Rate { liked: bool },
    /// To dream on from what is set.
    Dream(Stride),
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Came {
    /// The rating is kept.
    Rated,
    /// This was dreamt.
    Dreamt(Box<Preset>),
    /// Nothing: it was stopped, or nothing that was tried could be heard.
    Nothing,
}

/// Ratings that are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) up: usize,
    pub(crate) down: usize,
}

/// Everything of one editor.
pub(crate) struct Exploring {
    /// None without a home folder.
    ratings: Option<Ratings>,
    kept: Kept,
    /// What was played lately.
    latest: Latest,
    running: Option<Running>,
}

struct Running {
    wish: Wish,
    /// In thousandths.
    progress: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    answer: Receiver<Result<Came, ExploreError>>,
}

/// What a thread works on.
struct Work {
    wish: Wish,
    preset: Preset,
    heard: Option<Vec<f32>>,
    ratings: Option<Ratings>,
    progress: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Exploring {
    /// With these ratings.
    pub(crate) fn of(ratings: Option<Ratings>) -> Self {
        let mut exploring = Self {
            ratings,
            kept: Kept::default(),
            latest: Latest::default(),
            running: None,
        };
        exploring.count();
        exploring
    }

    /// Hears what is played.
    pub(crate) fn take(&mut self, report: &Report) {
        self.latest.hear(&report.input);
    }

    /// The ratings that there are.
    pub(crate) fn kept(&self) -> Kept {
        self.kept
    }

    /// Begins, where nothing is under way.
    pub(crate) fn begin(&mut self, wish: Wish, preset: Preset) {
        if self.running.is_some() {
            return;
        }
        let (progress, stop) = (Arc::default(), Arc::default());
        let work = Work {
            wish,
            heard: self.latest.heard().filter(|_| preset.plays == Plays::Sound),
            preset,
            ratings: self.ratings.clone(),
            progress: Arc::clone(&progress),
            stop: Arc::clone(&stop),
        };
        let (sender, answer) = channel();
        let thread = std::thread::Builder::new().name("mynah-dream".to_owned());
        // Nobody waits for it: an editor that is closed drops the other end. Where the system starts no thread, the sender is
        // dropped, and nothing comes of it.
        let _ = thread.spawn(move || sender.send(work.run()));
        self.running = Some(Running {
            wish,
            progress,
            stop,
            answer,
        });
    }

    /// What is under way, and how far it is, 0 to 1.
    pub(crate) fn under_way(&self) -> Option<(Wish, f32)> {
        let running = self.running.as_ref()?;
        let thousandths = running.progress.load(Ordering::Relaxed);
        Some((running.wish, thousandths as f32 / 1000.0))
    }

    /// Lets a dream end with nothing.
    pub(crate) fn stop(&self) {
        if let Some(running) = &self.running {
            running.stop.store(true, Ordering::Relaxed);
        }
    }

    /// What came since the last call, or the sentence that says why nothing did.
    pub(crate) fn came(&mut self) -> Option<Result<Came, String>> {
        let answer = match self.running.as_ref()?.answer.try_recv() {
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Ok(Came::Nothing),
        };
        self.running = None;
        self.count();
        Some(answer.map_err(|error| error.to_string()))
    }

    /// Forgets all ratings; the sentence that says why not.
    pub(crate) fn forget(&mut self) -> Result<(), String> {
        let cleared = self.ratings.as_ref().map_or(Ok(()), Ratings::clear);
        self.count();
        cleared.map_err(|error| error.to_string())
    }

    /// What cannot be read counts for none here, and is told when it is needed.
    fn count(&mut self) {
        let all = self.ratings.as_ref().and_then(|ratings| ratings.all().ok());
        let all = all.unwrap_or_default();
        let up = all.iter().filter(|rating| rating.liked).count();
        self.kept = Kept {
            up,
            down: all.len() - up,
        };
    }
}

impl Drop for Exploring {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Work {
    fn run(self) -> Result<Came, ExploreError> {
        let stock = Stock::new(Library::with_user_folder())?;
        let plays = self.preset.plays;
        let content = match self.heard.clone() {
            Some(heard) => Content::sound(heard)?,
            None => Content::own(plays)?,
        };
        match self.wish {
            Wish::Rate { liked } => {
                let ratings = self.ratings.as_ref().ok_or(ExploreError::NoFolder)?;
                let rating = Rating::of(liked, self.preset, &stock, &content)?;
                ratings.add(rating)?;
                Ok(Came::Rated)
            }
            Wish::Dream(stride) => self.dream(stride, &stock, &content),
        }
    }

    fn dream(
        &self,
        stride: Stride,
        stock: &Stock,
        content: &Content,
    ) -> Result<Came, ExploreError> {
        let all = self.ratings.as_ref().map(Ratings::all).transpose()?;
        let mut rated = all.unwrap_or_default();
        rated.retain(|rating| rating.preset.plays == self.preset.plays);
        let realness = shipped_realness()?.ok_or(ExploreError::NoRealness)?;
        let taste = Taste::learn(&rated, realness, stock.names())?;
        let liked = rated.iter().filter(|rating| rating.liked);
        let liked: Vec<Preset> = liked.map(|rating| rating.preset.clone()).collect();
        let dreamer = Dreamer {
            stock,
            taste: &taste,
            content,
            liked: &liked,
        };
        let seed = RandomState::new().hash_one(0);
        let dreamt = dreamer.dream(&self.preset, stride, ROUNDS, seed, |progress| {
            let thousandths = 1000 * progress.tried / progress.of.max(1);
            self.progress.store(thousandths, Ordering::Relaxed);
            !self.stop.load(Ordering::Relaxed)
        })?;
        let best = dreamt.into_iter().next();
        Ok(match best.filter(|_| !self.stop.load(Ordering::Relaxed)) {
            Some(best) => Came::Dreamt(Box::new(best.preset)),
            None => Came::Nothing,
        })
    }
}
