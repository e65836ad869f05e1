//! The colours of levels: evenly spaced for the eye (lightness in OKLab rises or falls linearly), and at
//! home on a dark ground as on a light one.

use std::f32::consts::PI;

use egui::Color32;

/// Lightness of the highest level on a dark ground and on a light one, 0 to 1.
const LIGHTEST: f32 = 0.95;
const DARKEST: f32 = 0.25;
/// Greatest distance from grey.
const CHROMA: f32 = 0.165;
/// Hues of a low level and a high one on a dark ground, degrees: violet, by way of red, to amber.
const LOW_HUE: f32 = 275.0;
const HIGH_HUE: f32 = 450.0;

/// A colour for each of 256 levels.
#[derive(Clone, PartialEq)]
pub(crate) struct Palette {
    ground: Color32,
    colours: [Color32; 256],
}

impl Palette {
    /// Levels on this ground, which is the lowest one's colour.
    pub(crate) fn on(ground: Color32) -> Self {
        let [lightness, a, b] = oklab(ground);
        let dark = lightness < 0.5;
        let end = if dark { LIGHTEST } else { DARKEST };
        let colours = std::array::from_fn(|level| {
            let t = level as f32 / 255.0;
            let along_hues = if dark { t } else { 1.0 - t };
            let hue = (LOW_HUE + (HIGH_HUE - LOW_HUE) * along_hues.powf(0.8)).to_radians();
            // Slowly at first: faint noise is faint in colour, too.
            let chroma = CHROMA * (PI * t).sin().max(0.0).powf(1.3);
            colour([
                lightness + (end - lightness) * t,
                (1.0 - t) * a + chroma * hue.cos(),
                (1.0 - t) * b + chroma * hue.sin(),
            ])
        });
        Self { ground, colours }
    }

    /// What the palette was made for.
    pub(crate) fn ground(&self) -> Color32 {
        self.ground
    }

    pub(crate) fn colour(&self, level: u8) -> Color32 {
        self.colours[usize::from(level)]
    }
}

/// Lightness, green to red, blue to yellow (Ottosson 2020).
fn oklab(colour: Color32) -> [f32; 3] {
    let linear = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let (r, g, b) = (linear(colour.r()), linear(colour.g()), linear(colour.b()));
    let l = (0.412_221_47 * r + 0.536_332_5 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

/// The nearest colour that a screen can show.
fn colour([lightness, a, b]: [f32; 3]) -> Color32 {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let encoded = |value: f32| {
        let value = if value <= 0.003_130_8 {
            12.92 * value
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        };
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    Color32::from_rgb(
        encoded(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        encoded(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s),
        encoded(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lightness_goes_one_way_and_begins_at_the_ground() {
        for ground in [
            Color32::from_rgb(14, 16, 20),
            Color32::from_rgb(244, 245, 248),
        ] {
            let palette = Palette::on(ground);
            assert_eq!(palette.colour(0), ground);
            let lightness: Vec<f32> = (0..=255)
                .map(|level| oklab(palette.colour(level))[0])
                .collect();
            let way = lightness[255] - lightness[0];
            assert!(way.abs() > 0.5);
            for (level, pair) in lightness.windows(17).enumerate() {
                let step = (pair[16] - pair[0]) / way;
                assert!(step > 0.02, "{ground:?}, level {level}: {step}");
            }
        }
    }
}
