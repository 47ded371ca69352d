//! The two languages of the house, and how a client says which it reads.

/// A language that we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Korean.
    Ko,
    /// English, when nothing better is asked for.
    #[default]
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Lang; 2] = [Lang::Ko, Lang::En];

    /// What fits an `Accept-Language` header best (RFC 9110, 12.5.4): the higher weight wins, of equal ones the first.
    pub fn accepted(header: Option<&str>) -> Lang {
        let mut best: Option<(Lang, f32)> = None;
        for range in header.unwrap_or_default().split(',') {
            let (tag, weight) = weighted(range);
            let Some(lang) = Lang::of(tag) else { continue };
            if weight > 0.0 && best.is_none_or(|(_, so_far)| weight > so_far) {
                best = Some((lang, weight));
            }
        }
        best.map_or(Lang::default(), |(lang, _)| lang)
    }

    fn of(tag: &str) -> Option<Lang> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary {
            "*" => Some(Lang::default()),
            _ if primary.eq_ignore_ascii_case("ko") => Some(Lang::Ko),
            _ if primary.eq_ignore_ascii_case("en") => Some(Lang::En),
            _ => None,
        }
    }

    /// The language tag, as for `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::Ko => "ko",
            Lang::En => "en",
        }
    }
}

fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    match weight {
        None => (tag, 1.0),
        Some(weight) => {
            (tag, weight.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_asked_for_most_is_spoken() {
        for (header, lang) in [
            ("ko", Lang::Ko),
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Lang::Ko),
            ("en-US,en;q=0.9,ko;q=0.8", Lang::En),
            ("en;q=0.5, KO-kr;q=0.6", Lang::Ko),
            ("fr, de;q=0.9, ko;q=0.1", Lang::Ko),
            ("ko;q=0, en;q=0.1", Lang::En),
            ("ko;q=0", Lang::En),
            ("fr", Lang::En),
            ("kok", Lang::En),
            ("*", Lang::En),
            ("ko;q=nonsense, en;q=0.1", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::accepted(Some(header)), lang, "{header}");
        }
        assert_eq!(Lang::accepted(None), Lang::En);
    }
}
