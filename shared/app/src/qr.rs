//! QR codes as PNG pictures.

use crate::AppError;

/// A QR code of `text`: black on white, with the quiet zone that scanners ask for.
pub fn png(text: &str) -> Result<Vec<u8>, AppError> {
    const MODULE: usize = 8;
    const QUIET: usize = 4;
    let failed = |error: &dyn std::fmt::Display| AppError::Text(format!("a QR code: {error}"));
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).map_err(|error| failed(&error))?;
    let modules = code.width();
    let colors = code.to_colors();
    let side = (modules + 2 * QUIET) * MODULE;
    let dark = |x: usize, y: usize| {
        let inside = |n: usize| (n / MODULE).checked_sub(QUIET).filter(|n| *n < modules);
        let module = inside(x).zip(inside(y)).and_then(|(x, y)| colors.get(y * modules + x));
        module == Some(&qrcode::Color::Dark)
    };
    // One bit a pixel, rows padded to whole bytes; a set bit is white.
    let mut pixels = Vec::with_capacity(side * side.div_ceil(8));
    for y in 0..side {
        for byte in 0..side.div_ceil(8) {
            let bits = (0..8).fold(0_u8, |bits, bit| (bits << 1) | u8::from(!dark(byte * 8 + bit, y)));
            pixels.push(bits);
        }
    }
    let side = u32::try_from(side).map_err(|error| failed(&error))?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().map_err(|error| failed(&error))?;
    writer.write_image_data(&pixels).map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_picture() {
        let picture = png("https://panel.example/sub/abcdefghijklmnopqrstuvwxyz0123456789").unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&picture)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(info.width, info.height);
        assert_eq!(pixels.first(), Some(&0xFF), "a white margin");
        assert!(pixels.iter().any(|byte| *byte != 0xFF), "and something in it");
        assert!(picture.len() < 4096);
    }
}
