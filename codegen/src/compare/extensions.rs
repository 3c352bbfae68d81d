//! Extension statements. What a change of one means only its definition can say; those that give LwM2M ids we know.

use super::Comparer;
use super::properties::Places;
use super::rules::Rule;
use crate::schema::compiled::Extension;

impl Comparer<'_> {
    pub(super) fn extensions(&mut self, was: &[Extension], is: &[Extension], path: &str, places: Places) {
        let (olds, news): (Vec<String>, Vec<String>) =
            (was.iter().map(written).collect(), is.iter().map(written).collect());
        for (extension, text) in was.iter().zip(&olds).filter(|(_, text)| !news.contains(text)) {
            let place = (Some(extension.span), places.1);
            self.tell(rule(extension), path, format!("`{text}` is gone"), place);
        }
        for (extension, text) in is.iter().zip(&news).filter(|(_, text)| !olds.contains(text)) {
            let place = (places.0, Some(extension.span));
            // A new id is as good as a new node; one in the place of another is told by the one that is gone.
            self.tell(Rule::ExtensionChanged, path, format!("`{text}` is new"), place);
        }
    }
}

fn rule(extension: &Extension) -> Rule {
    if extension.module == "comi-lwm2m" { Rule::Lwm2mChanged } else { Rule::ExtensionChanged }
}

fn written(extension: &Extension) -> String {
    let mut text = format!("{}:{}", extension.module, extension.name);
    if let Some(argument) = &extension.argument {
        text.push(' ');
        text.extend(argument.split_whitespace().flat_map(|word| [word, " "]));
        text.pop();
    }
    if !extension.children.is_empty() {
        let children: Vec<String> = extension.children.iter().map(written).collect();
        text.push_str(&format!(" {{ {} }}", children.join("; ")));
    }
    text
}
