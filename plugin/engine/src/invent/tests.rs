#![allow(clippy::unwrap_used)]
use super::*;
use mynah_models::timbre::{Attributes, colours_at};
use mynah_models::{Base, ModelKind, Target};

/// `None` in a build without trained models.
fn invented(seed: u64) -> Option<(Invented, Target)> {
    let library = Library::shipped();
    if library.entries().is_empty() {
        return None;
    }
    let invented = invent(&library, seed, None).unwrap();
    let base = Base::from_bytes(library.base_file().unwrap()).unwrap();
    let target = Target::from_bytes(&invented.bytes, &base).unwrap();
    Some((invented, target))
}

#[test]
fn a_seed_is_an_instrument_and_another_one_another() {
    let mut recipes = Vec::new();
    for seed in 0..12 {
        let Some((instrument, target)) = invented(seed) else {
            return;
        };
        assert_eq!(target.info().kind, ModelKind::Target);
        assert!(!target.made_for_another_base());
        assert!(instrument.bytes.len() < 3 << 20, "{seed}");
        let again = invent(&Library::shipped(), seed, None).unwrap();
        assert_eq!(again, instrument);
        let Recipe { player, colour, .. } = &instrument.recipe;
        assert_ne!(player, colour);
        let credits = &target.info().credits;
        assert!(
            credits[0].contains(&format!("number {seed}")),
            "{credits:?}"
        );
        assert!(credits.len() > 1);
        recipes.push(instrument.recipe);
    }
    assert!(recipes.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn notes_have_the_colour_that_the_recipe_says_and_begin_when_it_says() {
    let library = Library::shipped();
    for seed in 20..26 {
        let Some((instrument, target)) = invented(seed) else {
            return;
        };
        let Recipe {
            player,
            colour,
            towards,
            place,
            sooner,
        } = &instrument.recipe;
        let [from, to] = [player, colour].map(|name| Parent::of(&library, name).unwrap().memory);
        let memory = target.memory().unwrap();
        let space = shipped_timbre().unwrap().unwrap();
        let anchors = space.anchors_semitones();
        let all = [&from, &to, memory].map(|memory| colours_at(memory, anchors));
        for (anchor, semitones) in anchors.iter().enumerate() {
            let [Some(from), Some(to), Some(is)] = [0, 1, 2].map(|which| all[which][anchor]) else {
                continue;
            };
            let offset = space.offset_at_anchor(anchor, place);
            let expected: [f32; 188] = std::array::from_fn(|value| {
                let apart = to[value].max(-8.0) - from[value].max(-8.0);
                from[value] + (towards * apart + offset[value]).clamp(-3.0, 3.0)
            });
            let [expected, is] = [expected, is].map(|row| Attributes::of(&row, *semitones));
            let off = (expected.brightness_octaves - is.brightness_octaves).abs();
            // A note between two anchors has something of both.
            assert!(off < 0.4, "{seed} {semitones}: {expected:?} {is:?}");
        }
        let beginning = |memory: &Memory| {
            let rows = memory.notes().iter().map(|note| {
                (0..60)
                    .find(|row| memory.level_db(note, *row as f32) >= -1.5)
                    .unwrap_or(60)
            });
            rows.sum::<usize>() as f32 / memory.notes().len() as f32
        };
        let (before, after) = (beginning(&from), beginning(memory));
        if before > 4.0 && sooner.abs() > 0.2 {
            assert_eq!(after < before, *sooner > 0.0, "{seed}: {before} {after}");
        }
    }
}

/// With nothing recorded to play, the networks make the sound: between two of them it is one, too.
#[test]
fn its_networks_play_a_note_as_loud_as_its_parents() {
    let library = Library::shipped();
    for seed in [3, 4, 9] {
        let Some((instrument, target)) = invented(seed) else {
            return;
        };
        let base = library.base().unwrap();
        let level_db = |target: std::sync::Arc<Target>| {
            let spec = crate::EngineSpec::alone(48_000.0);
            let (mut engine, _) = crate::engine(spec, base.clone(), target).unwrap();
            engine.set_controls(&crate::Controls::neutral());
            let mut sound: Vec<f32> = (0..48_000)
                .map(|n| 0.2 * ((n as f32 * 220.0 / 48_000.0).fract() - 0.5))
                .collect();
            engine.process(&mut [&mut sound]);
            assert!(sound.iter().all(|x| x.is_finite()));
            let late = &sound[24_000..];
            10.0 * (late.iter().map(|x| x * x).sum::<f32>() / late.len() as f32).log10()
        };
        let own = level_db(std::sync::Arc::new(target));
        let parents = [&instrument.recipe.player, &instrument.recipe.colour].map(|name| {
            let reference = crate::TargetRef {
                name: name.clone(),
                hash: None,
            };
            level_db(library.load(&reference).unwrap())
        });
        let [low, high] = [f32::min, f32::max].map(|of| of(parents[0], parents[1]));
        assert!(
            (low - 6.0..high + 6.0).contains(&own),
            "{seed}: {own} {parents:?}"
        );
    }
}

#[test]
fn what_is_no_name_is_refused_in_a_sentence() {
    let library = Library::shipped();
    if library.entries().is_empty() {
        return;
    }
    for name in ["", "  ", "a\nb", "\u{1F3BB}"] {
        let error = invent(&library, 1, Some(name)).unwrap_err();
        assert!(matches!(error, InventError::BadName { .. }), "{error}");
    }
    let named = invent(&library, 1, Some("Anna\u{2019}s Dream")).unwrap();
    assert_eq!(named.display_name, "Anna\u{2019}s Dream");
}

#[test]
fn without_two_instruments_there_is_none() {
    let library = Library::from_models(None, Vec::new());
    let error = invent(&library, 1, None).unwrap_err();
    assert!(matches!(error, InventError::TooFew { found: 0 }), "{error}");
}

#[test]
fn names_are_made_of_two() {
    assert_eq!(joined("Cello", "Flute"), "Celute");
    assert_eq!(joined("Alto Sax", "Violin"), "Salin");
}
