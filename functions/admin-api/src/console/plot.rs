//! Plots, drawn as SVG: no script, no file, readable aloud.

use maud::{Markup, html};

/// One column of a plot.
pub struct Bar {
    pub height: u64,
    /// What it says when it is looked at.
    pub title: String,
}

const HEIGHT: u64 = 120;
const STEP: usize = 20;

/// Columns over time, the oldest on the left in every language.
pub fn bars(label: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.height).max().unwrap_or_default().max(1);
    let tall = |height: u64| u64::try_from(u128::from(height) * u128::from(HEIGHT) / u128::from(most)).unwrap_or(HEIGHT);
    let width = bars.len().max(1) * STEP;
    html! {
        svg.plot viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(label) {
            @for quarter in 1..4_u64 { line.grid x1="0" x2=(width) y1=(HEIGHT * quarter / 4) y2=(HEIGHT * quarter / 4) {} }
            @for (n, bar) in bars.iter().enumerate() {
                @let height = if bar.height == 0 { 0 } else { tall(bar.height).max(2) };
                g {
                    title { (bar.title) }
                    rect.reach x=(n * STEP) y="0" width=(STEP) height=(HEIGHT) {}
                    rect.bar x=(n * STEP + 4) y=(HEIGHT - height) width=(STEP - 8) height=(height) rx="2" {}
                }
            }
        }
    }
}

/// A share of the greatest, lying: it grows from where a line of writing begins.
pub fn share(part: u64, of: u64, right_to_left: bool) -> Markup {
    let width = (u128::from(part) * 100).checked_div(u128::from(of)).unwrap_or_default().min(100);
    let begins = if right_to_left { 100 - width } else { 0 };
    html! {
        svg.share viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="100" height="6" rx="3" {}
            rect.bar x=(begins) width=(width) height="6" rx="3" {}
        }
    }
}
