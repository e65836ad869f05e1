//! Taste, realness and dreams with the models that ship.
#![allow(clippy::unwrap_used)]

use mynah_engine::{Chance, Controls, Library, Plays, Preset, Quality, shipped_realness, surprise};
use mynah_explore::{
    Content, Dreamer, Dreamt, Rating, Stock, Stride, Taste, render, sound_numbers,
};

fn stock() -> Stock {
    Stock::new(Library::shipped()).unwrap()
}

fn taste(ratings: &[Rating], stock: &Stock) -> Taste {
    let realness = shipped_realness().unwrap().unwrap();
    Taste::learn(ratings, realness, stock.names()).unwrap()
}

/// A new instance with a target.
fn plain(name: &str, stock: &Stock) -> Preset {
    let mut target = stock.references();
    target.retain(|target| target.name == name);
    let mut preset = surprise(0, &target, Quality::Full);
    preset.controls = Controls::default();
    preset
}

/// Of one who likes what is tilted to the treble, rated without listening.
fn ratings(stock: &Stock) -> Vec<Rating> {
    let rating = |seed| {
        let mut preset = surprise(seed, &stock.references(), Quality::Full);
        preset.controls.brightness_db = if seed % 2 == 0 { 2.0 } else { -2.0 };
        Rating {
            liked: seed % 2 == 0,
            preset,
            sound: None,
        }
    };
    (0..40).map(rating).collect()
}

fn dream(seed: u64, plays: Plays, stride: Stride) -> Vec<Dreamt> {
    let stock = stock();
    let taste = taste(&ratings(&stock), &stock);
    let content = Content::own(plays).unwrap();
    let dreamer = Dreamer {
        stock: &stock,
        taste: &taste,
        content: &content,
        liked: &[],
    };
    let mut from = plain("cello", &stock);
    from.plays = plays;
    dreamer.dream(&from, stride, 1, seed, |_| true).unwrap()
}

#[test]
fn what_is_liked_is_learnt_and_without_ratings_nothing_is() {
    let stock = stock();
    let [mut bright, mut dark] = ["cello", "cello"].map(|name| plain(name, &stock));
    (bright.controls.brightness_db, dark.controls.brightness_db) = (2.0, -2.0);
    let learnt = taste(&ratings(&stock), &stock);
    let (more, less) = (learnt.expects(&bright), learnt.expects(&dark));
    assert!(more > 0.7 && less < 0.3, "{more} and {less}");
    let nothing = taste(&[], &stock);
    assert_eq!(
        (nothing.expects(&bright), nothing.expects(&dark)),
        (0.5, 0.5)
    );
}

#[test]
fn an_instrument_sounds_more_real_than_noise() {
    let stock = stock();
    let taste = taste(&[], &stock);
    let content = Content::own(Plays::Sound).unwrap();
    for name in ["cello", "flute", "piano"] {
        let preset = plain(name, &stock);
        let corners = stock.corners(&preset).unwrap();
        let sound = render(stock.base(), corners, &preset.controls, &content).unwrap();
        let realness = taste.realness(&sound_numbers(&sound).unwrap());
        assert!(realness > 0.7, "{name} {realness}");
    }
    let mut chance = Chance(1);
    let noise: Vec<f32> = (0..144_000).map(|_| 0.1 * chance.normal()).collect();
    let realness = taste.realness(&sound_numbers(&noise).unwrap());
    assert!(realness < 0.3, "{realness}");
}

#[test]
fn dreams_are_ranked_repeat_and_go_on_from_what_is_liked() {
    for plays in [Plays::Sound, Plays::Keys] {
        let dreamt = dream(7, plays, Stride::Bold);
        assert!(dreamt.len() > 4, "{}", dreamt.len());
        assert!(
            dreamt
                .windows(2)
                .all(|pair| pair[0].worth() >= pair[1].worth())
        );
        assert!(dreamt.iter().all(|dreamt| dreamt.preset.plays == plays));
        assert_eq!(dreamt, dream(7, plays, Stride::Bold));
        assert_ne!(dreamt, dream(8, plays, Stride::Bold));
    }
    // Of one who likes treble most of what is tried has some.
    let dreamt = dream(7, Plays::Sound, Stride::Careful);
    let brighter = dreamt
        .iter()
        .filter(|d| d.preset.controls.brightness_db > 0.0);
    assert!(2 * brighter.count() > dreamt.len());
}

#[test]
fn what_was_liked_of_a_target_that_is_gone_is_left_out() {
    let stock = stock();
    let taste = taste(&[], &stock);
    let content = Content::own(Plays::Sound).unwrap();
    let mut gone = plain("cello", &stock);
    for target in gone.targets.iter_mut().flatten() {
        target.name = "kazoo".to_owned();
    }
    let dreamer = Dreamer {
        stock: &stock,
        taste: &taste,
        content: &content,
        liked: &[gone.clone(), gone.clone(), gone.clone(), gone],
    };
    let from = plain("cello", &stock);
    let dreamt = dreamer.dream(&from, Stride::Bold, 1, 2, |_| true).unwrap();
    let targets = dreamt
        .iter()
        .flat_map(|d| d.preset.targets.iter().flatten());
    assert!(targets.clone().count() > 0);
    assert!(targets.into_iter().all(|target| target.name != "kazoo"));
}

#[test]
fn a_dream_ends_when_it_is_told_to() {
    let stock = stock();
    let taste = taste(&[], &stock);
    let content = Content::own(Plays::Sound).unwrap();
    let dreamer = Dreamer {
        stock: &stock,
        taste: &taste,
        content: &content,
        liked: &[],
    };
    let from = plain("flute", &stock);
    let mut asked = 0;
    let heard = dreamer
        .dream(&from, Stride::Careful, 50, 1, |progress| {
            asked += 1;
            assert_eq!((progress.tried, progress.of), (asked, 400));
            asked < 3
        })
        .unwrap();
    assert_eq!(asked, 3);
    assert!(heard.len() <= 3);
}
