//! Who sent an update, in the shop's terms.

use app::{join::Visitor, telegram::User as Sender};

pub fn visitor(from: &Sender) -> Visitor<'_> {
    Visitor { id: from.id, first_name: &from.first_name, username: from.username.as_deref(), language_code: from.language_code.as_deref() }
}
