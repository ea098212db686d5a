//! Reads what `strace -f -xx` wrote down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};

use crate::record::Step;

/// The calls that change files, and those that say which file a number stands for.
pub(crate) const CALLS: &str = "openat,open,creat,close,dup,dup2,dup3,fcntl,lseek,\
    write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,ftruncate,truncate,fallocate,\
    fsync,fdatasync,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,\
    mkdir,mkdirat";

/// SQLite's index of its log is memory that running processes share: never synced, never read after
/// a start.
pub(crate) fn is_memory(name: &Path) -> bool {
    name.to_string_lossy().ends_with("-shm")
}

/// How often the busiest thread makes each call, in a trace of `strace -f -o`.
pub(crate) fn busiest(trace: &str) -> BTreeMap<String, u32> {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for line in trace.lines() {
        let Some((thread, rest)) = line.split_once(' ') else {
            continue;
        };
        let Some((call, _)) = rest.trim_start().split_once('(') else {
            continue;
        };
        // Other lines tell of signals, ends, and calls that go on.
        if call.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_') {
            *counts.entry((call, thread)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((call, _), count) in counts {
        let known: &mut u32 = most.entry(call.to_owned()).or_default();
        *known = count.max(*known);
    }
    most
}

/// An open file of the traced process.
#[derive(Debug, Clone)]
struct Opened {
    path: PathBuf,
    offset: u64,
}

/// Turns the lines of a trace into steps on the files under one folder.
pub(crate) struct Reader<'a> {
    root: &'a Path,
    open: BTreeMap<i64, Opened>,
    /// Calls of threads that were interrupted in the trace by another thread's.
    halves: BTreeMap<String, String>,
    steps: Vec<Step>,
}

struct Call<'a> {
    name: &'a str,
    arguments: Vec<&'a str>,
    result: i64,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(root: &'a Path) -> Self {
        Self {
            root,
            open: BTreeMap::new(),
            halves: BTreeMap::new(),
            steps: Vec::new(),
        }
    }

    /// Reads the trace of one process from its start to its end.
    pub(crate) fn read(mut self, trace: &str) -> anyhow::Result<Vec<Step>> {
        for line in trace.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            let rest = rest.trim_start();
            if let Some(begun) = rest.strip_suffix(" <unfinished ...>") {
                self.halves.insert(thread.to_owned(), begun.to_owned());
                continue;
            }
            let whole = match rest.strip_prefix("<... ") {
                Some(resumed) => {
                    let (_, end) = resumed
                        .split_once(" resumed>")
                        .with_context(|| format!("a resumed call: {resumed:.80}"))?;
                    let begun = self.halves.remove(thread).unwrap_or_default();
                    // Written down when it returned: others may have come in between.
                    format!("{begun}{end}")
                }
                None => rest.to_owned(),
            };
            if whole.starts_with("+++") || whole.starts_with("---") {
                continue;
            }
            let Some(call) = parse(&whole) else { continue };
            // What the call refused has changed nothing.
            if call.result >= 0 {
                self.take(&call)
                    .with_context(|| format!("in the trace: {whole:.120}"))?;
            }
        }
        Ok(self.steps)
    }

    fn inside(&self, path: PathBuf) -> Option<PathBuf> {
        let name = path.strip_prefix(self.root).ok()?;
        (!is_memory(name)).then(|| name.to_owned())
    }

    /// The file that an argument's number stands for, if it is one of ours.
    fn file(&mut self, argument: Option<&&str>) -> Option<&mut Opened> {
        let number: i64 = argument?.parse().ok()?;
        self.open.get_mut(&number)
    }

    fn take(&mut self, call: &Call<'_>) -> anyhow::Result<()> {
        let argument = |place: usize| call.arguments.get(place).copied().unwrap_or_default();
        match call.name {
            "openat" | "open" | "creat" => self.take_open(call),
            "close" => {
                let number: i64 = argument(0).parse()?;
                self.open.remove(&number);
                Ok(())
            }
            "dup" | "dup2" | "dup3" => self.take_copy(argument(0), call.result),
            "fcntl" if argument(1).starts_with("F_DUPFD") => {
                self.take_copy(argument(0), call.result)
            }
            "fcntl" => Ok(()),
            "lseek" => {
                if let Some(file) = self.file(call.arguments.first()) {
                    file.offset = u64::try_from(call.result)?;
                }
                Ok(())
            }
            "write" | "pwrite64" => self.take_write(call),
            "ftruncate" => {
                let length = argument(1).parse()?;
                if let Some(file) = self.file(call.arguments.first()) {
                    let path = file.path.clone();
                    self.steps.push(Step::Length { path, length });
                }
                Ok(())
            }
            "fallocate" => {
                let (offset, length): (u64, u64) = (argument(2).parse()?, argument(3).parse()?);
                ensure!(argument(1) == "0", "a kind of fallocate that is not known");
                if let Some(file) = self.file(call.arguments.first()) {
                    let path = file.path.clone();
                    self.steps.push(Step::Room {
                        path,
                        length: offset + length,
                    });
                }
                Ok(())
            }
            "fsync" | "fdatasync" => {
                if let Some(file) = self.file(call.arguments.first()) {
                    let path = file.path.clone();
                    self.steps.push(Step::Sync { path });
                }
                Ok(())
            }
            "mkdir" | "mkdirat" => {
                let path = last_path(&call.arguments)?;
                self.steps.extend(self.inside(path).map(Step::folder));
                Ok(())
            }
            "unlink" | "unlinkat" | "rmdir" => {
                let path = last_path(&call.arguments)?;
                self.steps.extend(self.inside(path).map(Step::removal));
                Ok(())
            }
            "rename" | "renameat" | "renameat2" => self.take_rename(call),
            other => self.refuse_inside(other, call),
        }
    }

    fn take_open(&mut self, call: &Call<'_>) -> anyhow::Result<()> {
        let Some(path) = self.inside(last_path(&call.arguments)?) else {
            // The number may have stood for a file of ours that was closed unseen.
            self.open.remove(&call.result);
            return Ok(());
        };
        let flags = call.arguments.join(" ");
        let offset = 0;
        ensure!(!flags.contains("O_APPEND"), "appending is not followed");
        if flags.contains("O_CREAT") || call.name == "creat" {
            self.steps.push(Step::Open { path: path.clone() });
        }
        if flags.contains("O_TRUNC") || call.name == "creat" {
            self.steps.push(Step::Length {
                path: path.clone(),
                length: 0,
            });
        }
        self.open.insert(call.result, Opened { path, offset });
        Ok(())
    }

    fn take_copy(&mut self, from: &str, to: i64) -> anyhow::Result<()> {
        let from: i64 = from.parse()?;
        match self.open.get(&from).cloned() {
            // A shared offset would have to be followed; nothing here copies what it writes to.
            Some(file) => {
                self.open.insert(to, file);
            }
            None => {
                self.open.remove(&to);
            }
        }
        Ok(())
    }

    fn take_write(&mut self, call: &Call<'_>) -> anyhow::Result<()> {
        let written = usize::try_from(call.result)?;
        let text = call.arguments.get(1).context("no bytes")?;
        let number: i64 = call.arguments.first().context("no file")?.parse()?;
        if number == 1 {
            let said = String::from_utf8(bytes(text)?)?;
            self.steps.extend(said.lines().map(Step::said));
            return Ok(());
        }
        let at = match call.arguments.get(3) {
            Some(offset) => Some(offset.parse()?),
            None => None,
        };
        let Some(file) = self.open.get_mut(&number) else {
            return Ok(());
        };
        let mut data = bytes(text)?;
        ensure!(data.len() >= written, "the trace cut the bytes short");
        data.truncate(written);
        let offset = at.unwrap_or(file.offset);
        if at.is_none() {
            file.offset += written as u64;
        }
        self.steps.push(Step::Write {
            path: file.path.clone(),
            offset,
            data,
        });
        Ok(())
    }

    fn take_rename(&mut self, call: &Call<'_>) -> anyhow::Result<()> {
        let paths: Vec<&str> = call
            .arguments
            .iter()
            .copied()
            .filter(|argument| argument.starts_with('"'))
            .collect();
        let [from, to] = paths.as_slice() else {
            bail!("a rename of {} paths", paths.len());
        };
        let (from, to) = (self.inside(path(from)?), self.inside(path(to)?));
        match (from, to) {
            (None, None) => Ok(()),
            (Some(from), Some(to)) => {
                for file in self.open.values_mut().filter(|file| file.path == from) {
                    file.path.clone_from(&to);
                }
                self.steps.push(Step::Rename { from, to });
                Ok(())
            }
            _ => Err(anyhow!("a rename out of the folder")),
        }
    }

    /// A call that is not followed must not touch what is followed.
    fn refuse_inside(&mut self, name: &str, call: &Call<'_>) -> anyhow::Result<()> {
        for argument in &call.arguments {
            let names_ours = argument.starts_with('"') && self.inside(path(argument)?).is_some();
            ensure!(!names_ours, "{name} is not followed");
        }
        let ours = self.file(call.arguments.first()).is_some();
        ensure!(!ours, "{name} is not followed");
        Ok(())
    }
}

/// Takes apart `name(arguments) = result`.
fn parse(line: &str) -> Option<Call<'_>> {
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ").or_else(|| {
        // Results are set apart by more than one space where the call is short.
        let (arguments, result) = rest.rsplit_once(" = ")?;
        Some((arguments.trim_end().strip_suffix(')')?, result))
    })?;
    let result = result.split(' ').next()?;
    let result = result.parse().ok().or_else(|| {
        let digits = result.strip_prefix("0x")?;
        i64::from_str_radix(digits, 16).ok()
    })?;
    // Every text is in hexadecimal, so that no comma is inside one.
    let arguments = arguments.split(", ").collect();
    Some(Call {
        name,
        arguments,
        result,
    })
}

fn last_path(arguments: &[&str]) -> anyhow::Result<PathBuf> {
    let text = arguments.iter().find(|argument| argument.starts_with('"'));
    path(text.context("no path")?)
}

fn path(text: &str) -> anyhow::Result<PathBuf> {
    Ok(PathBuf::from(String::from_utf8(bytes(text)?)?))
}

/// Reads `"\x2f\x74"`.
fn bytes(text: &str) -> anyhow::Result<Vec<u8>> {
    let inner = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .with_context(|| format!("no text, or one that was cut: {text:.40}"))?;
    let mut pairs = inner.split("\\x");
    ensure!(
        pairs.next() == Some(""),
        "a text that is not in hexadecimal"
    );
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).context("two digits"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> String {
        let digits: String = text.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("\"{digits}\"")
    }

    #[test]
    fn a_trace_of_two_threads_is_read_in_the_order_in_which_calls_returned() {
        let (part, whole) = (hex("/r/part"), hex("/r/whole"));
        let trace = format!(
            "7 openat(AT_FDCWD, {part}, O_RDWR|O_CREAT|O_CLOEXEC, 0666) = 5\n\
             7 write(5, {}, 2 <unfinished ...>\n\
             8 openat(AT_FDCWD, {}, O_RDONLY) = 6\n\
             7 <... write resumed>)            = 2\n\
             8 write(6, {}, 1) = 1\n\
             7 fsync(5)                        = 0\n\
             7 rename({part}, {whole}) = 0\n\
             7 pwrite64(5, {}, 1, 4096) = 1\n\
             7 unlink({}) = -1 ENOENT (No such file or directory)\n\
             7 write(1, {}, 7) = 7\n\
             7 +++ exited with 0 +++\n",
            hex("ab"),
            hex("/elsewhere"),
            hex("x"),
            hex("c"),
            hex("/r/none"),
            hex("photo p\n"),
        );
        let steps = Reader::new(Path::new("/r")).read(&trace).unwrap();
        let at = |path: &str| PathBuf::from(path);
        assert_eq!(
            steps,
            [
                Step::Open { path: at("part") },
                Step::Write {
                    path: at("part"),
                    offset: 0,
                    data: b"ab".to_vec()
                },
                Step::Sync { path: at("part") },
                Step::Rename {
                    from: at("part"),
                    to: at("whole")
                },
                Step::Write {
                    path: at("whole"),
                    offset: 4096,
                    data: b"c".to_vec()
                },
                Step::Said("photo p".to_owned()),
            ]
        );
    }

    #[test]
    fn what_is_not_followed_is_an_error_and_not_a_gap() {
        let link = format!("7 link({}, {}) = 0\n", hex("/r/a"), hex("/r/b"));
        let error = Reader::new(Path::new("/r")).read(&link).unwrap_err();
        assert!(
            format!("{error:#}").contains("link is not followed"),
            "{error:#}"
        );
        let elsewhere = format!("7 link({}, {}) = 0\n", hex("/s/a"), hex("/s/b"));
        assert!(
            Reader::new(Path::new("/r"))
                .read(&elsewhere)
                .unwrap()
                .is_empty()
        );
    }
}
