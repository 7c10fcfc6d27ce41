//! Something that can be done: a page that asks, and a posted form that does it through the API.

use std::collections::BTreeMap;

use domain::admin::Role;
use lambda_http::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::Value;

use super::{
    BASE,
    desk::Desk,
    form::{Form, Posted},
    layout,
    show::encoded,
    words::W,
};
use crate::{
    problem::{Kind, Problem},
    reply::Reply,
};

/// Where one is after it is done.
pub enum Then {
    /// To a path of the console.
    To(String),
    /// To what was made: its collection, and the field of the answer that names it.
    Made(&'static str, &'static str),
    /// A page that shows what is said once.
    Said(&'static str),
    /// A page that shows a list of the answer, line by line.
    Lines(&'static str),
}

pub struct Action {
    /// The path here, below the console.
    pub path: String,
    /// The route of the API, below `/admin/v1/`.
    pub api: String,
    pub method: Method,
    pub title: W,
    /// What it does, where that is not plain.
    pub explains: Option<W>,
    /// What its button says.
    pub verb: W,
    /// It cannot be taken back.
    pub grave: bool,
    pub form: Form,
    /// The version that was looked at.
    pub version: Option<u64>,
    pub then: Then,
    /// How its success is told: a name that [`W::said`] knows.
    pub done: &'static str,
    pub back: String,
}

/// A button that does something at once.
pub fn tap(desk: &Desk<'_>, path: &str, word: W, class: &str) -> Markup {
    html! {
        form.tap method="post" action={ (BASE) "/" (path) } {
            (hidden(desk))
            button class=(class) { (desk.w(word)) }
        }
    }
}

/// A link to the page that asks.
pub fn asks(desk: &Desk<'_>, path: &str, word: W, class: &str) -> Markup {
    html! { a class={ "button " (class) } href={ (BASE) "/" (path) } { (desk.w(word)) } }
}

fn hidden(desk: &Desk<'_>) -> Markup {
    html! {
        input type="hidden" name="_proof" value=(desk.proof());
        input type="hidden" name="_key" value=(desk.fresh_key());
    }
}

impl Action {
    pub fn new(path: impl Into<String>, title: W, form: Form, done: &'static str) -> Self {
        let path = path.into();
        let back = path.rsplit_once('/').map_or(path.as_str(), |(item, _)| item).to_owned();
        Self {
            api: path.clone(),
            path,
            method: Method::POST,
            title,
            explains: None,
            verb: title,
            grave: false,
            form,
            version: None,
            then: Then::To(back.clone()),
            done,
            back,
        }
    }

    pub const fn explained(mut self, explains: W) -> Self {
        self.explains = Some(explains);
        self
    }

    pub const fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    pub fn api(mut self, api: impl Into<String>) -> Self {
        self.api = api.into();
        self
    }

    pub fn patches(mut self, api: impl Into<String>, version: Option<u64>) -> Self {
        (self.api, self.method, self.version, self.verb) = (api.into(), Method::PATCH, version, W::Save);
        self
    }

    pub fn then(mut self, then: Then) -> Self {
        if !matches!(then, Then::To(_)) {
            self.verb = W::Create;
        }
        self.then = then;
        self
    }

    pub fn back(mut self, back: impl Into<String>) -> Self {
        self.back = back.into();
        self
    }

    /// The page that asks.
    pub fn page(&self, desk: &Desk<'_>) -> Reply {
        layout::page(desk, StatusCode::OK, desk.w(self.title), self.asked(desk, &self.form, &BTreeMap::new(), None, self.version))
    }

    /// The form, with what is wrong with it.
    pub fn asked(
        &self,
        desk: &Desk<'_>,
        form: &Form,
        errors: &BTreeMap<String, String>,
        said: Option<&str>,
        version: Option<u64>,
    ) -> Markup {
        let (fields, left) = form.show(desk, errors);
        html! {
            (layout::heading(&html! { (desk.w(self.title)) }, &html! {}))
            form.card.edit method="post" action={ (BASE) "/" (self.path) } novalidate {
                (hidden(desk))
                @if let Some(version) = version { input type="hidden" name="_version" value=(version); }
                @if let Some(said) = said { p.banner.bad role="alert" { (desk.named(said)) } }
                @for left in left { p.banner.bad role="alert" { bdi { (left) } } }
                @if let Some(explains) = self.explains { p.lead { (desk.w(explains)) } }
                (fields)
                div.actions {
                    button class=(if self.grave { "danger" } else { "primary" }) { (desk.w(self.verb)) }
                    a.button.quiet href={ (BASE) "/" (self.back) } { (desk.w(W::Back)) }
                }
            }
        }
    }

    /// Does it, and goes to what came of it; where it was refused, the form again, with what was typed.
    pub async fn run(self, desk: &Desk<'_>, posted: &Posted) -> Result<Reply, Problem> {
        let body = (!self.form.is_empty()).then(|| self.form.body(desk, posted));
        let sent = desk.sends(self.method.clone(), &self.api, body.as_ref(), posted.first("_key"), posted.first("_version")).await;
        let reply = match sent {
            Ok(reply) => reply,
            Err(problem) if matches!(problem.kind(), Kind::Forbidden | Kind::NotFound | Kind::Internal) => return Err(problem),
            Err(problem) => return Ok(self.refused(desk, posted, &problem)),
        };
        let answer: Value = serde_json::from_str(reply.body()).unwrap_or_default();
        match self.then {
            Then::To(path) => Ok(done(&path, self.done)),
            Then::Made(collection, field) => {
                let name = answer.get(field).and_then(Value::as_str).unwrap_or_default();
                Ok(done(&format!("{collection}/{}", encoded(name)), self.done))
            }
            Then::Lines(field) => {
                let lines: Vec<&str> =
                    answer.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
                let rows = lines.len().clamp(3, 30);
                let inside = html! {
                    (layout::heading(&html! { (desk.w(self.title)) }, &html! {}))
                    section.card {
                        p.banner.good role="status" { (desk.w(W::DoneCreated)) }
                        textarea.made rows=(rows) readonly dir="ltr" aria-label=(desk.w(self.title)) { (lines.join("\n")) }
                        p.more { a.button href={ (BASE) "/" (self.back) } { (desk.w(W::Back)) } }
                    }
                };
                Ok(layout::page(desk, StatusCode::OK, desk.w(self.title), inside))
            }
            Then::Said(field) => {
                let secret = answer.get(field).and_then(Value::as_str);
                let inside = html! {
                    (layout::heading(&html! { (desk.w(self.title)) }, &html! {}))
                    section.card {
                        @match secret {
                            Some(secret) => { p.lead { (desk.w(W::SaidOnce)) } p.secret { (desk.exact(secret)) } }
                            None => p.lead { (desk.w(W::SaidBefore)) },
                        }
                        p { a.button href={ (BASE) "/" (self.back) } { (desk.w(W::Back)) } }
                    }
                };
                Ok(layout::page(desk, StatusCode::OK, desk.w(self.title), inside))
            }
        }
    }

    fn refused(self, desk: &Desk<'_>, posted: &Posted, problem: &Problem) -> Reply {
        let document = problem.document();
        let said = match problem.kind() {
            Kind::VersionMismatch => desk.w(W::ChangedMeanwhile),
            Kind::Unavailable => desk.w(W::NotNowHint),
            _ if document.errors.is_empty() => document.detail,
            _ => desk.w(W::NotValid),
        };
        let status = StatusCode::from_u16(problem.kind().status()).unwrap_or(StatusCode::BAD_REQUEST);
        // What stands now is looked at again; what was typed goes over it at the next try.
        let form = self.form.clone().retyped(posted);
        let page = self.asked(desk, &form, document.errors, Some(said), self.version);
        layout::page(desk, status, desk.w(self.title), page)
    }
}

fn done(path: &str, done: &str) -> Reply {
    let sign = if path.contains('?') { '&' } else { '?' };
    Reply::see_other(&format!("{BASE}/{path}{sign}done={done}"))
}

/// Whether somebody may change what operators change.
pub fn operates(desk: &Desk<'_>) -> bool {
    desk.may(Role::Operator)
}
