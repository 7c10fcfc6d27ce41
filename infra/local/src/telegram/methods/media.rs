//! Photos and documents.

use serde_json::{Value, json};

use super::super::error::{ApiError, Reply};
use super::super::keyboard;
use super::super::picture;
use super::super::request::{Params, Upload};
use super::super::world::Content;
use super::messages::{edited_keyboard, replace, send, target};
use super::{Context, check_caption, format_text};

/// Bytes of an uploaded photo, and of a file a bot may fetch.
const PHOTO_BYTES_MAX: usize = 10 * 1024 * 1024;
const DOWNLOAD_BYTES_MAX: usize = 20 * 1024 * 1024;

pub(super) fn send_photo(context: &mut Context<'_>) -> Reply {
    send_file(context, "photo")
}

pub(super) fn send_document(context: &mut Context<'_>) -> Reply {
    send_file(context, "document")
}

fn send_file(context: &mut Context<'_>, kind: &'static str) -> Reply {
    let chat_id = context.writable_chat()?;
    let caption = context.caption()?;
    let markup = keyboard::parse(context.params, false)?;
    let file = match context.params.upload(kind) {
        Some(upload) => keep(context, kind, upload.clone())?,
        None => {
            let missing = format!("there is no {kind} in the request");
            let reference = context.params.required_text(kind, &missing)?.to_owned();
            existing(context, kind, &reference)?
        }
    };
    let content = match kind {
        "photo" => Content::Photo { file, caption },
        _ => Content::Document { file, caption },
    };
    send(context, chat_id, content, markup)
}

/// The file behind a `file_id` or `attach://` name.
fn existing(context: &mut Context<'_>, kind: &'static str, reference: &str) -> Result<String, ApiError> {
    if let Some(name) = reference.strip_prefix("attach://") {
        let upload = context
            .params
            .upload(name)
            .cloned()
            .ok_or_else(|| ApiError::bad_request(format!("there is no attached file \"{name}\" in the request")))?;
        return keep(context, kind, upload);
    }
    if reference.contains("://") {
        return Err(ApiError::bad_request("failed to get HTTP URL content (this stand-in fetches nothing)"));
    }
    let wrong = || ApiError::bad_request("wrong file identifier/HTTP URL specified");
    let (id, file) = context.world.file(reference).ok_or_else(wrong)?;
    let is_photo = file.path.starts_with("photos/");
    if is_photo != (kind == "photo") {
        let found = if is_photo { "Photo" } else { "Document" };
        return Err(ApiError::bad_request(format!("type of file mismatch: can't use {found} as {kind}")));
    }
    Ok(id.to_owned())
}

fn keep(context: &mut Context<'_>, kind: &'static str, upload: Upload) -> Result<String, ApiError> {
    if upload.bytes.is_empty() {
        return Err(ApiError::bad_request("file must be non-empty"));
    }
    if kind == "photo" {
        if upload.bytes.len() > PHOTO_BYTES_MAX {
            return Err(ApiError::bad_request("PHOTO_SAVE_FILE_INVALID"));
        }
        let picture = picture::look(&upload.bytes).ok_or_else(|| ApiError::bad_request("IMAGE_PROCESS_FAILED"))?;
        let (long, short) = (picture.width.max(picture.height), picture.width.min(picture.height));
        if short == 0 || picture.width.saturating_add(picture.height) > 10_000 || long / short > 20 {
            return Err(ApiError::bad_request("PHOTO_INVALID_DIMENSIONS"));
        }
    }
    Ok(context.world.keep_file(kind, upload.name, upload.mime, upload.bytes.to_vec()))
}

pub(super) fn edit_media(context: &mut Context<'_>) -> Reply {
    let target = target(context)?;
    let media = context.params.json("media")?.ok_or_else(|| ApiError::bad_request("parameter \"media\" is required"))?;
    let known = [
        "type",
        "media",
        "caption",
        "parse_mode",
        "caption_entities",
        "show_caption_above_media",
        "has_spoiler",
        "thumbnail",
        "disable_content_type_detection",
    ];
    Params::only(&media, "InputMedia", &known)?;
    let field = |name: &str| media.get(name).and_then(Value::as_str).unwrap_or_default();
    let entities = media.get("caption_entities").and_then(Value::as_array).cloned().unwrap_or_default();
    let caption = check_caption(format_text(field("caption"), field("parse_mode"), entities)?)?;
    let content = match field("type") {
        "photo" => Content::Photo { file: existing(context, "photo", field("media"))?, caption },
        "document" => Content::Document { file: existing(context, "document", field("media"))?, caption },
        _ => return Err(ApiError::bad_request("can't parse InputMedia: wrong type (this stand-in knows photo and document)")),
    };
    if context.world.message(target.0, target.1).is_some_and(|message| matches!(message.content, Content::Invoice(_))) {
        return Err(ApiError::bad_request("message can't be edited"));
    }
    let keyboard = edited_keyboard(context, false)?;
    replace(context, target, Some(content), keyboard)
}

pub(super) fn get_file(context: &Context<'_>) -> Reply {
    let id = context.params.required_text("file_id", "file_id is empty")?;
    let (_, file) = context.world.file(id).ok_or_else(|| ApiError::bad_request("invalid file_id"))?;
    if file.bytes.len() > DOWNLOAD_BYTES_MAX {
        return Err(ApiError::bad_request("file is too big"));
    }
    Ok(json!({
        "file_id": id,
        "file_unique_id": file.unique_id,
        "file_size": file.bytes.len(),
        "file_path": file.path,
    }))
}
