//! Settings: a flag counts before a variable, a variable before the file, the file before the default.
//!
//! There is one table of them, which is clap's: every argument that has a variable is a setting, and
//! its name in the file is that of its flag. The file is read before the arguments are, and what it
//! says becomes their defaults; so a value is checked alike wherever it stands, and `--help` shows
//! what holds. The page of the manual and the example file are printed from the same table.
//!
//! Looked at and left: `figment` and `config` merge values well, but know neither flags nor where
//! clap got a value from, so that the table would have to be written twice.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::builder::{ArgPredicate, Resettable};
use clap::{Arg, Args, Command, CommandFactory};
use toml::de::{DeTable, DeValue};

use super::{Cli, Outcome};

/// The flag and the variable that name the file itself.
const FLAG: &str = "--config";
const VARIABLE: &str = "XUNFANG_CONFIG";
/// The end of the settings that name a file in which a secret stands.
const IN_FILE: &str = "-file";

/// What stands in the example where there is no default.
const SAMPLES: &[(&str, &str)] = &[
    ("admin", "127.0.0.1:8701"),
    ("blobs", "s3://xunfang/photos"),
    ("catalogue", "/etc/xunfang/catalogue"),
    ("codes", "/etc/xunfang/codes"),
    ("data", "/srv/xunfang"),
    (
        "database",
        "postgres://xunfang:password@db.example:5432/xunfang",
    ),
    ("database-file", "/run/secrets/xunfang-database"),
    ("tls-cert", "/etc/xunfang/chain.pem"),
    ("tls-key", "/etc/xunfang/key.pem"),
    ("trusted-proxy", "127.0.0.1/32,10.0.0.0/8"),
];

/// Returns the commands with the settings of the file that the arguments or the environment name.
pub(crate) fn commands(args: &[OsString]) -> Result<Command, String> {
    match named(args) {
        Some(path) => {
            let text = std::fs::read_to_string(&path).map_err(|error| {
                format!(
                    "The settings could not be read: {}: {error}. Nothing was changed. Name another \
                     file with {FLAG} or {VARIABLE}, or none.",
                    path.display()
                )
            })?;
            with_file(Cli::command(), &path, &text)
        }
        None => Ok(Cli::command()),
    }
}

/// The file of settings. Looked up before clap does, as clap is told what it says.
fn named(args: &[OsString]) -> Option<PathBuf> {
    let mut args = args.iter().take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == FLAG {
            return args.next().map(PathBuf::from);
        }
        let joined = arg.to_str().and_then(|arg| arg.strip_prefix(FLAG));
        if let Some(path) = joined.and_then(|arg| arg.strip_prefix('=')) {
            return Some(PathBuf::from(path));
        }
    }
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// Makes what a file says the defaults of the arguments.
fn with_file(mut command: Command, path: &Path, text: &str) -> Result<Command, String> {
    let wrong = |at: usize, what: &str| {
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        format!(
            "{}, line {line}: {what}. Nothing was changed. Mend the line; `xunfang-server settings` \
             lists every setting.",
            path.display()
        )
    };
    let table = DeTable::parse(text)
        .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message()))?;
    let settings = settings(&command);
    for (name, value) in table.get_ref() {
        let at = name.span().start;
        let key: &str = name.get_ref();
        let Some(arg) = settings.iter().find(|arg| arg.get_long() == Some(key)) else {
            return Err(wrong(at, &unknown(&settings, key)));
        };
        let values = written(value.get_ref()).ok_or_else(|| {
            wrong(
                at,
                &format!("{key} takes a text, a number or a list of them"),
            )
        })?;
        check(arg, &values).map_err(|what| wrong(at, &what))?;
        command = with_default(command, arg, &values);
    }
    Ok(command)
}

fn unknown(settings: &[Arg], key: &str) -> String {
    let names = settings.iter().filter_map(Arg::get_long);
    let like = |name: &&str| (strsim::jaro_winkler(name, key) * 1_000.0).round();
    let nearest = names.max_by(|a, b| like(a).total_cmp(&like(b)));
    let nearest = nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"));
    format!("there is no setting {key}{nearest}")
}

/// The values as they would stand on the command line.
fn written(value: &DeValue<'_>) -> Option<Vec<String>> {
    Some(match value {
        DeValue::String(text) => vec![text.to_string()],
        DeValue::Integer(number) if number.radix() == 10 => vec![number.as_str().to_owned()],
        DeValue::Float(number) => vec![number.as_str().to_owned()],
        DeValue::Boolean(yes) => vec![yes.to_string()],
        DeValue::Array(items) => {
            let items = items.iter().map(|item| match item.get_ref() {
                DeValue::Array(_) => None,
                item => written(item),
            });
            items.collect::<Option<Vec<_>>>()?.concat()
        }
        DeValue::Integer(_) | DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}

/// Asks clap whether it takes the values, alone and away from the other arguments.
fn check(arg: &Arg, values: &[String]) -> Result<(), String> {
    let alone = arg
        .clone()
        .required(false)
        .conflicts_with(Resettable::Reset)
        .env(Resettable::Reset);
    let flag = alone.get_long().unwrap_or_default();
    let given = format!("--{flag}={}", values.join(","));
    let command = Command::new("settings").no_binary_name(true).arg(alone);
    match command.try_get_matches_from([given]) {
        Ok(_) => Ok(()),
        Err(error) => {
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default();
            Err(said.strip_prefix("error: ").unwrap_or(said).to_owned())
        }
    }
}

/// Gives an argument another default, wherever it is.
fn with_default(command: Command, arg: &Arg, values: &[String]) -> Command {
    let id = arg.get_id().clone();
    let twin = twin(&settings(&command), arg);
    fn everywhere(command: Command, given: &dyn Fn(Command) -> Command) -> Command {
        given(command).mut_subcommands(|command| everywhere(command, given))
    }
    let given = |command: Command| {
        if !command.get_arguments().any(|arg| *arg.get_id() == id) {
            return command;
        }
        command.mut_arg(id.clone(), |arg| {
            let arg = match &twin {
                // Where a flag or variable says the same in its other form, the file says nothing.
                Some(twin) => arg.default_value_if(twin, ArgPredicate::IsPresent, None::<&str>),
                None => arg,
            };
            let secret = arg.is_hide_env_values_set();
            arg.required(false)
                .default_values(values.iter().cloned())
                .hide_default_value(secret)
        })
    };
    everywhere(command, &given)
}

/// The other form of a setting that is given as itself or in a file of its own.
fn twin(settings: &[Arg], arg: &Arg) -> Option<clap::Id> {
    let name = arg.get_long()?;
    let other = match name.strip_suffix(IN_FILE) {
        Some(bare) => bare.to_owned(),
        None => format!("{name}{IN_FILE}"),
    };
    let other = settings.iter().find(|arg| arg.get_long() == Some(&other));
    other.map(|arg| arg.get_id().clone())
}

/// Every setting once, those of `serve` first.
fn settings(command: &Command) -> Vec<Arg> {
    let mut all: Vec<Arg> = Vec::new();
    let commands = command.get_subcommands();
    let below = command.get_subcommands();
    let commands = commands.chain(below.flat_map(Command::get_subcommands));
    for arg in commands.chain([command]).flat_map(Command::get_arguments) {
        let known = all.iter().any(|known| known.get_id() == arg.get_id());
        let itself = arg.get_env().is_some_and(|name| name == VARIABLE);
        if arg.get_env().is_some() && !itself && !known {
            all.push(arg.clone());
        }
    }
    all
}

/// Print every setting: its name in the file, its flag, its variable, its default and what it does
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Settings {
    /// Print a file that has all of them instead
    #[arg(long)]
    example: bool,
}

const EXAMPLES: &str = "\
Examples:
  xunfang-server settings
  xunfang-server settings --example > xunfang.toml
  xunfang-server serve --config xunfang.toml";

const MANUAL: &str = "\
# Settings

Printed by `xunfang-server settings`; a test compares it.

A setting is given as a flag, as a variable of the environment, or in a file of TOML that
`--config FILE` or `XUNFANG_CONFIG` names. A flag counts before a variable, a variable before the file,
the file before the default. Every command reads the same file and takes from it what it needs. A name
that there is not, or a value that does not read, is refused with its file and line, and nothing is
changed. Relative paths are relative to the folder in which the command is started.

A secret need not stand among the settings: a setting that ends with `-file`, or a variable that ends
with `_FILE`, names a file whose first line it is.

`xunfang-server settings --example` prints a file that has all of them;
[deploy/xunfang.example.toml](../deploy/xunfang.example.toml) is one.
";

const EXAMPLE: &str = "\
# Settings of xunfang-server, for `--config` or XUNFANG_CONFIG. Printed by
# `xunfang-server settings --example`; a test compares it. A line that begins with # says what holds
# where nothing is said, or how it could look; docs/configuration.md says the rest.
";

impl Settings {
    /// Prints one of the two.
    pub(super) fn run(self) -> Outcome {
        let settings = settings(&Cli::command());
        let text = if self.example {
            example(&settings)?
        } else {
            manual(&settings)?
        };
        write!(io::stdout(), "{text}")?;
        Ok(())
    }
}

/// What is said of a setting, in all of its forms.
struct Said {
    name: String,
    variable: String,
    default: String,
    help: String,
}

fn said(arg: &Arg) -> Said {
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    Said {
        name: arg.get_long().unwrap_or_default().to_owned(),
        variable: arg
            .get_env()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        default: defaults.join(","),
        help: arg.get_help().map(ToString::to_string).unwrap_or_default(),
    }
}

/// Writes the settings below the headings of `--help`.
fn below_headings(
    settings: &[Arg],
    out: &mut String,
    heading: impl Fn(&mut String, &str) -> std::fmt::Result,
    setting: impl Fn(&mut String, &Said) -> std::fmt::Result,
) -> std::fmt::Result {
    let mut headings: Vec<&str> = Vec::new();
    for arg in settings {
        let name = arg.get_help_heading().unwrap_or("Other");
        if !headings.contains(&name) {
            headings.push(name);
        }
    }
    for name in headings {
        heading(out, name)?;
        for arg in settings {
            if arg.get_help_heading().unwrap_or("Other") == name {
                setting(out, &said(arg))?;
            }
        }
    }
    Ok(())
}

fn manual(settings: &[Arg]) -> Result<String, std::fmt::Error> {
    let mut out = MANUAL.to_owned();
    below_headings(
        settings,
        &mut out,
        |out, name| {
            writeln!(out, "\n## {name}\n")?;
            writeln!(
                out,
                "| In the file | Flag | Variable | Default | What it does |"
            )?;
            writeln!(out, "|---|---|---|---|---|")
        },
        |out, said| {
            let default = match said.default.as_str() {
                "" => String::new(),
                default => format!("`{default}`"),
            };
            let help = said.help.replace('|', "\\|");
            let Said { name, variable, .. } = said;
            writeln!(
                out,
                "| `{name}` | `--{name}` | `{variable}` | {default} | {help} |"
            )
        },
    )?;
    Ok(out)
}

fn example(settings: &[Arg]) -> Result<String, std::fmt::Error> {
    let mut out = EXAMPLE.to_owned();
    below_headings(
        settings,
        &mut out,
        |out, name| writeln!(out, "\n# --- {name} ---"),
        |out, said| {
            let sample = SAMPLES.iter().find(|(name, _)| *name == said.name);
            let value = sample.map_or(said.default.as_str(), |(_, sample)| sample);
            let value = match value.parse::<f64>() {
                Ok(_) => value.to_owned(),
                Err(_) => format!("\"{value}\""),
            };
            writeln!(out, "\n# {}.", said.help)?;
            // The one that has to be said.
            let mark = if said.name == "data" { "" } else { "# " };
            writeln!(out, "{mark}{} = {value}", said.name)
        },
    )?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        with_file(Cli::command(), Path::new("a.toml"), text).unwrap_err()
    }

    #[test]
    fn the_commands_are_sound() {
        Cli::command().debug_assert();
        let text = example(&settings(&Cli::command())).unwrap();
        let all = text.replace("\n# ", "\n").replace("\n#", "\n");
        // No file of this machine is asked for its secret.
        let lines = all
            .lines()
            .filter(|line| line.contains(" = ") && !line.contains(IN_FILE));
        let all: String = lines.map(|line| format!("{line}\n")).collect();
        let told = with_file(Cli::command(), Path::new("a.toml"), &all).unwrap();
        told.debug_assert();
    }

    #[test]
    fn every_setting_has_a_default_or_a_sample_and_is_named_as_its_variable() {
        for arg in settings(&Cli::command()) {
            let Said {
                name,
                variable,
                default,
                help,
            } = said(&arg);
            let sampled = SAMPLES.iter().any(|(sample, _)| *sample == name);
            assert!(sampled == default.is_empty() && !help.is_empty(), "{name}");
            let expected = name.replace('-', "_").to_uppercase();
            // These two are called what other programs call them.
            let common = ["DATABASE_URL", "BLOB_URL"];
            let common = common.iter().any(|begin| variable.starts_with(begin));
            let own = variable.starts_with("XUNFANG_") && variable.contains(&expected);
            assert!(common || own, "{name}: {variable}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, said) in [
            (
                "data = \"a\"\nlisen = \"b\"\n",
                "a.toml, line 2: there is no setting lisen; did you mean listen?",
            ),
            (
                "\nlisten = \"b\"",
                "a.toml, line 2: invalid value 'b' for '--listen",
            ),
            ("listen = {}", "a.toml, line 1: listen takes a text"),
            ("config = \"b\"", "there is no setting config"),
            ("data = ", "a.toml, line 1: "),
            (
                "data = \"a\"\ndata = \"b\"",
                "a.toml, line 2: duplicate key",
            ),
        ] {
            let refused = refused(text);
            assert!(
                refused.contains(said) && refused.contains("Nothing was changed"),
                "{refused}"
            );
        }
    }
}
