//! Answers that a page brings along.
//!
//! Each question of a page costs a round trip between its process and this one, and the first
//! screen would be drawn twice: without and with its data. So the page lists what it asks first,
//! and whoever serves it has the answers written beside the questions:
//!
//! ```html
//! <script type="application/json" id="opening">[{"cmd":"start"}]</script>
//! ```
//!
//! becomes `[{"command":{"cmd":"start"},"answer":{…}}]`. A question that fails is left out; the
//! page asks it again and shows the reason.

use serde::Serialize;
use serde_json::Value;

use crate::{Command, CommandError, ErrorCode, Phone};

/// What the element with the questions is found by.
const PLACE: &str = r#"id="opening""#;

#[derive(Serialize)]
struct Answered {
    command: Value,
    answer: Value,
}

impl Phone {
    /// Writes the answers into a page that lists its first questions; any other page comes back
    /// as it is. Blocks for as long as the disk takes.
    #[must_use]
    pub fn fill_page(&self, page: &str) -> String {
        fill(page, |question| match question {
            // A page that is only looked at changes nothing.
            Command::Start | Command::Points { .. } => self.answer_now(question),
            _ => Err(CommandError::new(
                ErrorCode::BadCommand,
                "this is not answered with a page",
            )),
        })
    }
}

fn fill(page: &str, answer: impl Fn(Command) -> Result<Value, CommandError>) -> String {
    let Some((before, questions, after)) = split(page) else {
        return page.to_owned();
    };
    let questions: Vec<Value> = match serde_json::from_str(questions) {
        Ok(questions) => questions,
        Err(error) => {
            tracing::error!(event = "page_not_filled", %error);
            return page.to_owned();
        }
    };
    let answered: Vec<Answered> = questions
        .into_iter()
        .filter_map(|command| {
            let parsed = serde_json::from_value(command.clone()).ok()?;
            let answer = answer(parsed).ok()?;
            Some(Answered { command, answer })
        })
        .collect();
    let Ok(text) = serde_json::to_string(&answered) else {
        return page.to_owned();
    };
    // Inside an element of script only `<` can end the text, and JSON has it in strings alone.
    let text = text.replace('<', "\\u003c");
    [before.as_str(), ">", &text, "</script>", after].concat()
}

/// Parts a page into what comes before the text of the element, the text, and what comes after.
fn split(page: &str) -> Option<(String, &str, &str)> {
    let (head, rest) = page.split_once(PLACE)?;
    let (attributes, rest) = rest.split_once('>')?;
    let (questions, after) = rest.split_once("</script>")?;
    Some(([head, PLACE, attributes].concat(), questions, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGE: &str = concat!(
        r#"<html><script id="opening" type="application/json">"#,
        r#"[{"cmd":"start"},{"cmd":"sync"}]</script><script src="a.js"></script></html>"#,
    );

    #[test]
    fn answers_stand_beside_their_questions() {
        let filled = fill(PAGE, |command| {
            Ok(match command {
                Command::Start => json!({"session": null}),
                _ => json!(2),
            })
        });
        assert_eq!(
            filled,
            concat!(
                r#"<html><script id="opening" type="application/json">"#,
                r#"[{"command":{"cmd":"start"},"answer":{"session":null}},"#,
                r#"{"command":{"cmd":"sync"},"answer":2}]"#,
                r#"</script><script src="a.js"></script></html>"#,
            )
        );
    }

    #[test]
    fn a_question_that_fails_is_left_to_the_page() {
        let filled = fill(PAGE, |command| match command {
            Command::Start => Err(CommandError::new(ErrorCode::Internal, "no")),
            _ => Ok(json!(2)),
        });
        assert!(filled.contains(r#">[{"command":{"cmd":"sync"},"answer":2}]<"#));
    }

    #[test]
    fn no_name_of_a_point_ends_the_element() {
        let name = "</script><script>alert(1)</script><!--";
        let filled = fill(PAGE, |_| Ok(json!({ "name": name })));
        assert_eq!(filled.matches("</script>").count(), 2);
        assert!(!filled.contains("<!--"));
        let (_, text, _) = split(&filled).unwrap();
        let read: Value = serde_json::from_str(text).unwrap();
        assert_eq!(read[0]["answer"]["name"], name);
    }

    #[test]
    fn a_page_without_questions_stays_as_it_is() {
        for page in [
            "",
            "<html></html>",
            r#"<script id="opening"></script>"#,
            r#"<script id="opening">"#,
            r#"<script id="opening">{"cmd":"start"}</script>"#,
        ] {
            assert_eq!(fill(page, |_| Ok(json!(1))), page);
        }
    }
}
