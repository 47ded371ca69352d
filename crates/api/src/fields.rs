//! Reading a request's object member by member: every fault is collected, so that one answer names them all.

use jiff::tz::TimeZone;

use crate::fault::{Fault, Field, Wrong};
use crate::json::Json;
use crate::problem::{Problem, ProblemCode};
use crate::read;

/// What reading a request depends on.
#[derive(Clone, Debug)]
pub struct ParseSettings {
    /// The zone of times that name none (`timezone`).
    pub timezone: TimeZone,
}

/// The members of a request's object, and the faults found so far.
pub struct Fields<'j, 's> {
    body: &'j Json<'j>,
    settings: &'s ParseSettings,
    faults: Vec<Fault>,
}

impl<'j, 's> Fields<'j, 's> {
    /// Begins with an object; anything else is refused. `requestAt`, which every route takes, is looked at here.
    pub fn of(body: &'j Json<'j>, settings: &'s ParseSettings) -> Result<Self, Problem> {
        let Json::Object(_) = body else { return Err(Problem::not_an_object()) };
        let mut fields = Self { body, settings, faults: Vec::new() };
        fields.optional("requestAt", |json| read::request_at(json, &settings.timezone));
        Ok(fields)
    }

    /// Refuses members other than `known` and `requestAt`: on money routes a misspelt member is no trifle.
    pub fn only(&mut self, known: &[&str]) {
        let Json::Object(members) = self.body else { return };
        for (name, _) in members {
            if name != "requestAt" && !known.contains(&name.as_ref()) {
                self.faults
                    .push(Fault { field: Field::Owned(name.clone().into_owned()), wrong: Wrong::Unknown });
            }
        }
    }

    /// The zone of times that name none.
    pub fn zone(&self) -> &'s TimeZone {
        &self.settings.timezone
    }

    /// A member as it stands; `None` if it is not there.
    pub fn member(&self, name: &str) -> Option<&'j Json<'j>> {
        let Json::Object(members) = self.body else { return None };
        members.iter().find(|(written, _)| written == name).map(|(_, json)| json)
    }

    /// A member that must be there and not null.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'j Json<'j>) -> Result<T, Wrong>,
    ) -> Option<T> {
        match self.member(name) {
            None | Some(Json::Null) => self.fault(name, Wrong::Missing),
            Some(json) => read(json).map_err(|wrong| self.fault::<T>(name, wrong)).ok(),
        }
    }

    /// A member that may be missing or null.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'j Json<'j>) -> Result<T, Wrong>,
    ) -> Option<T> {
        match self.member(name) {
            None | Some(Json::Null) => None,
            Some(json) => read(json).map_err(|wrong| self.fault::<T>(name, wrong)).ok(),
        }
    }

    /// A member that may be missing (`None`), or null to clear what stands (`Some(None)`).
    pub fn clearable<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&'j Json<'j>) -> Result<T, Wrong>,
    ) -> Option<Option<T>> {
        match self.member(name) {
            Some(Json::Null) => Some(None),
            _ => self.optional(name, read).map(Some),
        }
    }

    /// Records a fault. Answers `None`, so that a reader may end with it.
    pub fn fault<T>(&mut self, field: &'static str, wrong: Wrong) -> Option<T> {
        self.faults.push(Fault { field: Field::Borrowed(field), wrong });
        None
    }

    /// Whether no fault was found.
    pub fn sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Every fault found, as a problem.
    pub fn problem(self) -> Problem {
        Problem::new(ProblemCode::InvalidRequest).errors(self.faults)
    }
}
