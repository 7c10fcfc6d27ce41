//! What operators make of an account: absolute limits, on or off. A wish stands on the subscription until the panel shows it, so that asking again
//! for what is there already does nothing.

use serde::{Deserialize, Serialize};

use crate::{
    extension::{Seen, State},
    time::Timestamp,
};

/// What an account shall be. What is left out stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataWish>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeWish>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataWish {
    Unlimited,
    /// In all, used ones included; more than 0.
    Bytes(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeWish {
    Unlimited,
    /// A whole second: the panel knows no finer ones. An account that waited for its first use waits no longer.
    Until(Timestamp),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Switch {
    On,
    Off,
}

/// What to ask of the panel next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    On,
    /// These limits; `start`: the account waits for its first use, and none of its own time is left to wait for.
    Limits {
        data: Option<DataWish>,
        time: Option<TimeWish>,
        start: bool,
    },
    Off,
}

impl Wish {
    pub const ON: Self = Self { data: None, time: None, switch: Some(Switch::On) };
    pub const OFF: Self = Self { data: None, time: None, switch: Some(Switch::Off) };

    /// This wish and a later one: what both speak of is as the later says.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        Self { data: later.data.or(self.data), time: later.time.or(self.time), switch: later.switch.or(self.switch) }
    }

    /// What is to be asked of an account that is as `seen`; `None`: it is what it shall be.
    ///
    /// It is switched on before it is given limits and off after that, so that an account never works longer with limits that it shall not have.
    pub fn step(&self, seen: &Seen) -> Option<Step> {
        let off = seen.state == State::Off;
        if self.switch == Some(Switch::On) && off {
            return Some(Step::On);
        }
        let waits = matches!(seen.state, State::OnHold(_));
        let data = self.data.filter(|data| match data {
            DataWish::Unlimited => seen.data_limit.is_some(),
            DataWish::Bytes(bytes) => seen.data_limit != Some(*bytes),
        });
        let time = self.time.filter(|time| match time {
            TimeWish::Unlimited => waits || seen.expires_at.is_some(),
            TimeWish::Until(at) => waits || seen.expires_at != Some(*at),
        });
        if data.is_some() || time.is_some() {
            return Some(Step::Limits { data, time, start: waits && time.is_some() });
        }
        (self.switch == Some(Switch::Off) && !off).then_some(Step::Off)
    }

    /// Whether an account that is not there (any more) is what it shall be.
    pub fn holds_without_account(&self) -> bool {
        self.switch == Some(Switch::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);
    const LATER: Timestamp = Timestamp::from_seconds(1_796_000_000);

    fn seen(state: State, data_limit: Option<u64>, expires_at: Option<Timestamp>) -> Seen {
        Seen { state, data_limit, used: 7, expires_at }
    }

    #[test]
    fn each_step_asks_for_what_is_not_there_yet() {
        use State::{Active, Ended, Off, OnHold};
        let wish = |data, time, switch| Wish { data, time, switch };
        let bytes = Some(DataWish::Bytes(100));
        let until = Some(TimeWish::Until(LATER));
        let limits = |data, time, start| Some(Step::Limits { data, time, start });
        let hold = OnHold(Span::days(30));
        let (free, endless) = (Some(DataWish::Unlimited), Some(TimeWish::Unlimited));
        let (on, off) = (Some(Switch::On), Some(Switch::Off));
        for (name, wish, seen, expected) in [
            ("nothing", Wish::default(), seen(Active, Some(1), Some(NOW)), None),
            ("other data", wish(bytes, None, None), seen(Active, Some(1), Some(NOW)), limits(bytes, None, false)),
            ("the same data", wish(bytes, None, None), seen(Ended, Some(100), Some(NOW)), None),
            ("no limit any more", wish(free, None, None), seen(Active, Some(1), None), limits(free, None, false)),
            ("no limit as before", wish(free, None, None), seen(Active, None, None), None),
            ("another end", wish(None, until, None), seen(Ended, None, Some(NOW)), limits(None, until, false)),
            ("the same end", wish(None, until, None), seen(Active, None, Some(LATER)), None),
            ("an end while it waits", wish(None, until, None), seen(hold, None, None), limits(None, until, true)),
            ("data while it waits", wish(bytes, None, None), seen(hold, None, None), limits(bytes, None, false)),
            ("no end while it waits", wish(None, endless, None), seen(hold, None, None), limits(None, endless, true)),
            ("no end any more", wish(None, endless, None), seen(Active, None, Some(NOW)), limits(None, endless, false)),
            ("no end as before", wish(None, endless, None), seen(Active, None, None), None),
            ("on first", wish(bytes, None, on), seen(Off, Some(1), None), Some(Step::On)),
            ("then the limits", wish(bytes, None, on), seen(Active, Some(1), None), limits(bytes, None, false)),
            ("on as before", Wish::ON, seen(Active, None, None), None),
            ("the limits first", wish(bytes, None, off), seen(Active, Some(1), None), limits(bytes, None, false)),
            ("then off", wish(bytes, None, off), seen(Active, Some(100), None), Some(Step::Off)),
            ("off as before", Wish::OFF, seen(Off, None, None), None),
            ("limits while it is off", wish(None, until, None), seen(Off, None, None), limits(None, until, false)),
        ] {
            assert_eq!(wish.step(&seen), expected, "{name}");
        }
    }

    #[test]
    fn of_two_wishes_the_later_counts() {
        let first = Wish { data: Some(DataWish::Bytes(1)), time: Some(TimeWish::Unlimited), switch: Some(Switch::Off) };
        let later = Wish { data: Some(DataWish::Unlimited), ..Wish::ON };
        assert_eq!(first.and(later), Wish { data: Some(DataWish::Unlimited), time: Some(TimeWish::Unlimited), switch: Some(Switch::On) });
        assert_eq!(first.and(Wish::default()), first);
        assert!(Wish::OFF.holds_without_account() && !Wish::ON.holds_without_account() && !Wish::default().holds_without_account());
    }
}
