//! The little that must be known of a picture: its kind and its size.

/// A recognised picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub mime: &'static str,
    pub extension: &'static str,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

/// Recognises PNG and JPEG by their content.
pub(crate) fn look(bytes: &[u8]) -> Option<Picture> {
    png(bytes).or_else(|| jpeg(bytes))
}

fn big_endian(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at + length)?;
    Some(part.iter().fold(0, |number, byte| (number << 8) | u32::from(*byte)))
}

fn png(bytes: &[u8]) -> Option<Picture> {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let (width, height) = (big_endian(bytes, 16, 4)?, big_endian(bytes, 20, 4)?);
    Some(Picture { mime: "image/png", extension: "png", width, height })
}

/// Walks the segments up to the frame header, which holds the size.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    if !bytes.starts_with(b"\xff\xd8\xff") {
        return None;
    }
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            0xff => at += 1,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let (height, width) = (big_endian(bytes, at + 5, 2)?, big_endian(bytes, at + 7, 2)?);
                return Some(Picture { mime: "image/jpeg", extension: "jpg", width, height });
            }
            _ => at += 2 + usize::try_from(big_endian(bytes, at + 2, 2)?).ok()?,
        }
    }
}
