//! A host's note events as the engine's keyboard takes them.

use mynah_engine::{KeyEvent, NoteAddress, NoteExpression};
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::NoteEvent;

/// The wheel's raw values: 14 bits, in the middle at rest.
const BEND_STEPS: f32 = 16_383.0;
const BEND_MIDDLE: f32 = 8_192.0;

/// What an event says to a keyboard; nothing for those that have to do with neither notes nor wheels and pedals. Audio thread.
pub(crate) fn key_event<S>(event: &NoteEvent<S>) -> Option<KeyEvent> {
    let expression = |voice_id: VoiceID, channel, key, expression| {
        KeyEvent::Expression(address(voice_id, channel, key), expression)
    };
    Some(match *event {
        NoteEvent::NoteOn {
            voice_id,
            channel,
            key: Key::Number(key),
            velocity,
            ..
        } => KeyEvent::On {
            id: voice_id.id(),
            channel: channel.number().unwrap_or_default(),
            key,
            // A note-on of CLAP and VST3 is one, however soft.
            velocity: velocity.max(f32::MIN_POSITIVE),
        },
        NoteEvent::NoteOff {
            voice_id,
            channel,
            key,
            ..
        } => KeyEvent::Off(address(voice_id, channel, key)),
        NoteEvent::Choke {
            voice_id,
            channel,
            key,
            ..
        } => KeyEvent::Choke(address(voice_id, channel, key)),
        NoteEvent::PolyTuning {
            voice_id,
            channel,
            key,
            tuning,
            ..
        } => expression(voice_id, channel, key, NoteExpression::Tuning(tuning)),
        NoteEvent::PolyVolume {
            voice_id,
            channel,
            key,
            gain,
            ..
        } => expression(voice_id, channel, key, NoteExpression::Volume(gain)),
        NoteEvent::PolyVibrato {
            voice_id,
            channel,
            key,
            vibrato,
            ..
        } => expression(voice_id, channel, key, NoteExpression::Vibrato(vibrato)),
        NoteEvent::PolyExpression {
            voice_id,
            channel,
            key,
            expression: share,
            ..
        } => expression(voice_id, channel, key, NoteExpression::Expression(share)),
        NoteEvent::PolyPressure {
            voice_id,
            channel,
            key,
            pressure,
            ..
        } => expression(voice_id, channel, key, NoteExpression::Pressure(pressure)),
        NoteEvent::MidiPitchBend { channel, value, .. } => {
            // The wheel at rest is no whole half of its range: only its raw value gives exactly none.
            let raw = (value.clamp(0.0, 1.0) * BEND_STEPS).round();
            KeyEvent::Bend {
                channel,
                value: (raw - BEND_MIDDLE) / BEND_MIDDLE,
            }
        }
        NoteEvent::MidiChannelPressure {
            channel, pressure, ..
        } => KeyEvent::Pressure {
            channel,
            value: pressure,
        },
        NoteEvent::MidiCC {
            channel, cc, value, ..
        } => KeyEvent::Controller {
            channel,
            number: cc,
            value,
        },
        _ => return None,
    })
}

/// A VST3 host's event as it was meant: nice-plug 0.4.2 takes the note expressions *Expression* and *Brightness* for each other.
/// Audio thread.
pub(crate) fn as_vst3_means<S>(event: NoteEvent<S>) -> NoteEvent<S> {
    match event {
        NoteEvent::PolyBrightness {
            timing,
            voice_id,
            channel,
            key,
            brightness,
        } => NoteEvent::PolyExpression {
            timing,
            voice_id,
            channel,
            key,
            expression: brightness,
        },
        NoteEvent::PolyExpression {
            timing,
            voice_id,
            channel,
            key,
            expression,
        } => NoteEvent::PolyBrightness {
            timing,
            voice_id,
            channel,
            key,
            brightness: expression,
        },
        other => other,
    }
}

fn address(voice: VoiceID, channel: Channel, key: Key) -> NoteAddress {
    NoteAddress {
        id: voice.id(),
        channel: channel.number(),
        key: key.number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wheel_at_rest_bends_nothing_and_goes_all_the_way() {
        let bend = |raw: f32| {
            let event: NoteEvent<()> = NoteEvent::MidiPitchBend {
                timing: 0,
                channel: 2,
                value: raw / BEND_STEPS,
            };
            key_event(&event)
        };
        let bent = |value| Some(KeyEvent::Bend { channel: 2, value });
        assert_eq!(bend(8_192.0), bent(0.0));
        assert_eq!(bend(0.0), bent(-1.0));
        assert_eq!(bend(12_288.0), bent(0.5));
    }

    #[test]
    fn a_key_that_is_let_go_is_the_one_that_was_struck() {
        let voice_id = VoiceID::ID(7);
        let (channel, key) = (Channel::Number(1), Key::Number(60));
        let on: NoteEvent<()> = NoteEvent::NoteOn {
            timing: 0,
            voice_id,
            channel,
            key,
            velocity: 0.0,
        };
        let off: NoteEvent<()> = NoteEvent::NoteOff {
            timing: 0,
            voice_id,
            channel,
            key,
            velocity: 0.0,
        };
        assert!(matches!(
            key_event(&on),
            Some(KeyEvent::On { id: Some(7), channel: 1, key: 60, velocity }) if velocity > 0.0
        ));
        let address = NoteAddress {
            id: Some(7),
            channel: Some(1),
            key: Some(60),
        };
        assert_eq!(key_event(&off), Some(KeyEvent::Off(address)));
    }
}
