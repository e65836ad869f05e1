//! Instruments of chance: the way one instrument's notes are played, in a colour between its own and another's, moved in the timbre
//! space. What comes out is a target's file like any other.
//!
//! Of a seed come: who plays (attacks, vibrato, dynamics, noise), whose colour it goes towards and how far, how bright, breathy and full
//! it is, how soon it speaks. The same seed and the same build give the same bytes.
//!
//! Not for the audio thread: it allocates, and takes some ten milliseconds.

mod attack;
mod colour;

use mynah_models::file::{Tensors, short_name};
use mynah_models::memory::{Memory, Recorded};
use mynah_models::timbre::{MAP_AXES, TimbreSpace};
use mynah_models::{ModelInfo, NewTarget, TIMBRE_AXES, target_content};

use crate::chance::Chance;
use crate::library::{Library, LibraryError, shipped_timbre};

/// How far the colour goes from the player's own to the other's.
const TOWARDS: (f32, f32) = (0.3, 0.9);
/// How likely each of brightness, breath and body is moved, and how far at most.
const MOVED: f32 = 0.7;
const MOST_MOVED: f32 = 0.6;
/// How likely notes speak sooner or later, and how much at most: 1 is a third of the time.
const SOONER: f32 = 0.6;
const MOST_SOONER: f32 = 0.6;

/// Why no instrument could be invented. The texts are sentences for the player.
#[derive(thiserror::Error, Debug)]
pub enum InventError {
    /// A shipped model is not usable.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// There is nothing to make one of.
    #[error(
        "a random instrument is made of two that come with Mynah and have recorded notes; here are {found}"
    )]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// What it was to be called.
    #[error(
        "an instrument cannot be called '{name}': give one line of 1 to 64 characters with a letter or a digit"
    )]
    BadName {
        /// The name.
        name: String,
    },
}

/// An instrument of chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Invented {
    /// The target's file.
    pub bytes: Vec<u8>,
    /// What it is called.
    pub display_name: String,
    /// What was drawn.
    pub recipe: Recipe,
}

/// What an instrument of chance is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Who plays: a shipped target's name.
    pub player: String,
    /// Whose colour it goes towards.
    pub colour: String,
    /// How far, 0 to 1.
    pub towards: f32,
    /// Its place in the timbre space besides: the map's are 0, then brightness, breath, body, -1 to 1.
    pub place: [f32; TIMBRE_AXES],
    /// How much sooner its notes speak, -1 to 1: in a third or in three times the time.
    pub sooner: f32,
}

/// A shipped target, as its file holds it.
struct Parent {
    info: ModelInfo,
    own: Tensors,
    recorded: Recorded,
    memory: Memory,
}

/// The instrument of a seed, called `name`, or else by its parents' names and the seed.
///
/// # Errors
/// [`InventError`].
pub fn invent(library: &Library, seed: u64, name: Option<&str>) -> Result<Invented, InventError> {
    let mut names: Vec<&str> = library.shipped_files().map(|(name, _)| name).collect();
    names.sort_unstable();
    let recipe = Recipe::drawn(seed, &names)?;
    let player = Parent::of(library, &recipe.player)?;
    let other = Parent::of(library, &recipe.colour)?;
    let space = shipped_timbre()?;
    let display_name = match name {
        Some(name) => name.trim().to_owned(),
        None => format!(
            "{} {seed}",
            joined(&player.info.display_name, &other.info.display_name)
        ),
    };
    let short = short_name(&display_name)
        .filter(|_| mynah_models::file::is_line(&display_name, mynah_models::file::MAX_NAME_CHARS));
    let Some(short) = short else {
        return Err(InventError::BadName { name: display_name });
    };
    let bytes = made(
        library,
        &recipe,
        (&player, &other),
        space.as_deref(),
        (short, &display_name),
        seed,
    )?;
    Ok(Invented {
        bytes,
        display_name,
        recipe,
    })
}

impl Recipe {
    fn drawn(seed: u64, names: &[&str]) -> Result<Self, InventError> {
        let mut chance = Chance(seed);
        let mut left = names.to_vec();
        if left.len() < 2 {
            return Err(InventError::TooFew { found: left.len() });
        }
        let mut choose = |chance: &mut Chance| left.remove(chance.below(left.len())).to_owned();
        let (player, colour) = (choose(&mut chance), choose(&mut chance));
        let towards = chance.between(TOWARDS.0, TOWARDS.1);
        let mut place = [0.0; TIMBRE_AXES];
        for axis in &mut place[MAP_AXES..] {
            *axis = chance.perhaps(MOVED, MOST_MOVED);
        }
        Ok(Self {
            player,
            colour,
            towards,
            place,
            sooner: chance.perhaps(SOONER, MOST_SOONER),
        })
    }
}

impl Parent {
    fn of(library: &Library, name: &str) -> Result<Self, InventError> {
        let mut files = library.shipped_files();
        let bytes = files.find_map(|(found, bytes)| (found == name).then_some(bytes));
        let bytes = bytes.ok_or(InventError::TooFew { found: 0 })?;
        let model = |source| {
            InventError::Library(LibraryError::Model {
                path: format!("assets/targets/{name}.mynah").into(),
                source,
            })
        };
        let (info, own, recorded) = target_content(bytes).map_err(model)?;
        let (Some(memory), Some(recorded)) = (info.memory, recorded) else {
            return Err(InventError::TooFew { found: 1 });
        };
        Ok(Self {
            memory: Memory::new(&memory, recorded.clone()).map_err(model)?,
            info,
            own,
            recorded,
        })
    }
}

fn made(
    library: &Library,
    recipe: &Recipe,
    (player, other): (&Parent, &Parent),
    space: Option<&TimbreSpace>,
    (name, display_name): (String, &str),
    seed: u64,
) -> Result<Vec<u8>, InventError> {
    let base = library.base()?;
    let offsets = colour::offsets(recipe, &player.memory, &other.memory, space);
    let mut recorded = player.recorded.clone();
    let mut info = player.info.memory.ok_or(InventError::TooFew { found: 1 })?;
    attack::hurry(&mut info, &mut recorded, &player.memory, recipe.sooner);
    colour::paint(&mut info, &mut recorded, &offsets);
    let mut credits = vec![format!(
        "A random instrument, number {seed}: the playing of {}, in a colour {:.0} % of the way to {}",
        player.info.display_name,
        100.0 * recipe.towards,
        other.info.display_name
    )];
    for credit in player.info.credits.iter().chain(&other.info.credits) {
        if !credits.contains(credit) {
            credits.push(credit.clone());
        }
    }
    let home = player.info.home_register();
    let licence = if player.info.licence == other.info.licence {
        player.info.licence.clone()
    } else {
        format!("{}; {}", player.info.licence, other.info.licence)
    };
    Ok(NewTarget {
        name,
        display_name: display_name.to_owned(),
        base: base.info(),
        pitch_range_hz: player.info.pitch_range_hz,
        home_register_midi: (home.low, home.high),
        credits,
        licence,
        own: colour::own(recipe, &player.own, &other.own, space),
        memory: Some((info, recorded)),
    }
    .bytes())
}

/// The beginning of one name and the end of another: a cello and a flute make a *Celute*.
fn joined(first: &str, second: &str) -> String {
    let letters = |name: &str| -> Vec<char> {
        let word = name.rsplit(' ').next().unwrap_or(name);
        word.chars().filter(|c| c.is_alphanumeric()).collect()
    };
    let (first, second) = (letters(first), letters(second));
    let begin = &first[..first.len().div_ceil(2)];
    let end = &second[second.len() / 2..];
    begin.iter().chain(end).collect()
}

#[cfg(test)]
mod tests;
