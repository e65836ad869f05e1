//! What is given to players: the built files, and the documents that go with them.

use std::env::consts;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::notices;
use super::tree::Tree;

/// 1980-01-01, the earliest time that a zip can hold.
const EARLIEST_S: u64 = 315_532_800;

/// Everything that is packed, and for which system.
pub(super) struct Product {
    pub(super) version: String,
    /// `linux`, `macos` or `windows`.
    pub(super) system: String,
    /// `x86_64` or `aarch64`.
    pub(super) processor: String,
    /// When the source was last changed, in seconds since 1970: the time that packed files get, so
    /// that the same source gives the same packages.
    pub(super) changed_s: u64,
    /// A file, on macOS a folder.
    pub(super) clap: PathBuf,
    /// A folder.
    pub(super) vst3: PathBuf,
    pub(super) application: PathBuf,
    pub(super) command_line: PathBuf,
    /// The workspace's root, where the documents are.
    pub(super) root: PathBuf,
    /// Licences of the crates that are inside.
    pub(super) notices: String,
}

impl Product {
    /// What was built with the profile `dist` for this system.
    pub(super) fn built(target: &Path) -> Result<Self> {
        let program = |name: &str| target.join("dist").join(with_suffix(name, consts::OS));
        let product = Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system: consts::OS.to_owned(),
            processor: consts::ARCH.to_owned(),
            changed_s: changed_s()?,
            clap: target.join("bundled").join("Mynah.clap"),
            vst3: target.join("bundled").join("Mynah.vst3"),
            application: program("mynah-standalone"),
            command_line: program("mynah"),
            root: std::env::current_dir()?,
            notices: notices::text()?,
        };
        for path in product.files() {
            if !path.exists() {
                bail!("{} was not built", path.display());
            }
        }
        Ok(product)
    }

    /// Every file that is linked to the system's libraries, once.
    pub(super) fn linked_files(&self) -> [&Path; 3] {
        [&self.clap, &self.application, &self.command_line]
    }

    /// What was built, plugins first.
    fn files(&self) -> [&Path; 4] {
        [
            &self.clap,
            &self.vst3,
            &self.application,
            &self.command_line,
        ]
    }

    /// `mynah-0.1.0-linux-x86_64`.
    pub(super) fn full_name(&self) -> String {
        let Self {
            version,
            system,
            processor,
            ..
        } = self;
        format!("mynah-{version}-{system}-{processor}")
    }

    /// The files for those who copy them to their places themselves.
    pub(super) fn portable(&self) -> Result<Tree> {
        let mut tree = Tree::default();
        self.add_plugins(&mut tree, "", "")?;
        self.add_programs(&mut tree, "")?;
        tree.add_text("README.txt", self.installing())?;
        tree.add_file("LICENSE.txt", &self.root.join("LICENSE"))?;
        self.add_credits(&mut tree, "credits/")?;
        Ok(tree)
    }

    /// Both plugins, each in its folder: empty, or with a `/` at its end.
    pub(super) fn add_plugins(&self, tree: &mut Tree, clap: &str, vst3: &str) -> Result<()> {
        tree.add_file_or_folder(&format!("{clap}Mynah.clap"), &self.clap)?;
        tree.add_file_or_folder(&format!("{vst3}Mynah.vst3"), &self.vst3)
    }

    /// Both programs.
    pub(super) fn add_programs(&self, tree: &mut Tree, folder: &str) -> Result<()> {
        for (name, path) in [
            ("mynah-standalone", &self.application),
            ("mynah", &self.command_line),
        ] {
            tree.add_program(
                &format!("{folder}{}", with_suffix(name, &self.system)),
                path,
            )?;
        }
        Ok(())
    }

    /// Whose work is inside: recordings, fonts and crates. Laid out as in `assets`, so that links hold.
    pub(super) fn add_credits(&self, tree: &mut Tree, folder: &str) -> Result<()> {
        let assets = self.root.join("assets");
        tree.add_file(&format!("{folder}CREDITS.md"), &assets.join("CREDITS.md"))?;
        tree.add_file_or_folder(&format!("{folder}memories"), &assets.join("memories"))?;
        tree.add_file(
            &format!("{folder}fonts/LICENSE-Inter.txt"),
            &assets.join("fonts").join("LICENSE-Inter.txt"),
        )?;
        tree.add_text(&format!("{folder}CRATES.txt"), self.notices.clone())
    }

    /// How the archive's files are installed.
    fn installing(&self) -> String {
        let places = match self.system.as_str() {
            "windows" => include_str!("install/windows.txt"),
            "macos" => include_str!("install/macos.txt"),
            _ => include_str!("install/linux.txt"),
        };
        let text = format!(
            "Mynah {}\n\n{places}\n{}",
            self.version,
            include_str!("install/everywhere.txt")
        );
        if self.system == "windows" {
            text.replace('\n', "\r\n")
        } else {
            text
        }
    }
}

/// A program's file name.
fn with_suffix(name: &str, system: &str) -> String {
    if system == "windows" {
        format!("{name}.exe")
    } else {
        name.to_owned()
    }
}

/// The time of the last commit; `SOURCE_DATE_EPOCH` says another, and is needed where there is no git.
fn changed_s() -> Result<u64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => {
            let output = Command::new("git")
                .args(["log", "-1", "--format=%ct"])
                .output()
                .context("cannot ask git for the last commit's time: set SOURCE_DATE_EPOCH")?;
            String::from_utf8(output.stdout)?
        }
    };
    let seconds: u64 = text.trim().parse().with_context(|| {
        format!("'{text}' are no seconds since 1970: set SOURCE_DATE_EPOCH to some")
    })?;
    Ok(seconds.max(EARLIEST_S))
}
