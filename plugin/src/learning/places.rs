//! Where the program `mynah` may be: beside the plugin, in PATH, and where the installers put it.

use std::path::{Path, PathBuf};

use super::here;

const PROGRAM: &str = if cfg!(windows) { "mynah.exe" } else { "mynah" };

/// All places in which it is looked for, the nearest first. Most of them will not have it.
pub(super) fn places() -> Vec<PathBuf> {
    let binaries = here::library().into_iter().chain(std::env::current_exe());
    let mut all: Vec<PathBuf> = binaries.flat_map(|binary| around(&binary)).collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Not what depends on the folder that the host happens to be in.
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    all.extend(
        folders
            .chain(installed())
            .map(|folder| folder.join(PROGRAM)),
    );
    all
}

/// Whether a program is there that may be started.
#[cfg(unix)]
pub(super) fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    let metadata = std::fs::metadata(path);
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Whether a program is there; its ending says that it may be started.
#[cfg(not(unix))]
pub(super) fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Beside a binary; where that is in a bundle, also elsewhere in it, and beside it.
fn around(binary: &Path) -> Vec<PathBuf> {
    let Some(folder) = binary.parent() else {
        return Vec::new();
    };
    let mut folders = vec![folder.to_owned()];
    let contents = folder
        .parent()
        .filter(|parent| parent.file_name().is_some_and(|name| name == "Contents"));
    if let Some(contents) = contents {
        folders.extend(["MacOS", "Resources"].map(|name| contents.join(name)));
        let bundle = contents.parent();
        folders.extend(bundle.and_then(Path::parent).map(Path::to_owned));
    }
    let places = folders.into_iter().map(|folder| folder.join(PROGRAM));
    // The plugin in a bundle is called `Mynah`, which is the same to some file systems.
    places
        .filter(|place| !place.as_os_str().eq_ignore_ascii_case(binary.as_os_str()))
        .collect()
}

/// Where the installers put it, and where they who copy it do.
#[cfg(unix)]
fn installed() -> Vec<PathBuf> {
    let everybody = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    let own = [".local/bin", ".cargo/bin"];
    let home = std::env::home_dir();
    let own = home
        .iter()
        .flat_map(|home| own.map(|folder| home.join(folder)));
    everybody
        .map(PathBuf::from)
        .into_iter()
        .chain(own)
        .collect()
}

#[cfg(not(unix))]
fn installed() -> Vec<PathBuf> {
    let folder =
        |variable: &str, within: &str| Some(Path::new(&std::env::var_os(variable)?).join(within));
    let folders = [
        folder("ProgramW6432", "Mynah"),
        folder("ProgramFiles", "Mynah"),
        folder("LOCALAPPDATA", "Programs/Mynah"),
    ];
    folders.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_in_the_bundle_and_beside_it() {
        let binary = Path::new("/p/Mynah.vst3/Contents/x86_64-linux/Mynah.so");
        let expected = [
            "/p/Mynah.vst3/Contents/x86_64-linux",
            "/p/Mynah.vst3/Contents/MacOS",
            "/p/Mynah.vst3/Contents/Resources",
            "/p",
        ];
        assert_eq!(
            around(binary),
            expected.map(|folder| Path::new(folder).join(PROGRAM))
        );
        let plain = around(Path::new("/p/Mynah.clap"));
        assert_eq!(plain, [Path::new("/p").join(PROGRAM)]);
    }

    #[test]
    fn the_plugin_itself_is_not_taken_for_it() {
        let name = PROGRAM.replacen('m', "M", 1);
        let binary = Path::new("/p/Mynah.clap/Contents/MacOS").join(name);
        let places = around(&binary);
        assert!(
            places
                .iter()
                .all(|place| !place.starts_with("/p/Mynah.clap/Contents/MacOS"))
        );
        assert!(places.contains(&Path::new("/p").join(PROGRAM)));
    }

    #[test]
    fn the_plugins_own_file_is_known() {
        let here = here::library();
        assert!(here.is_some_and(|path| path.is_file()));
        assert!(places().len() > 4);
    }

    #[cfg(unix)]
    #[test]
    fn what_may_not_be_started_is_no_program() {
        assert!(is_program(Path::new("/bin/sh")));
        assert!(!is_program(Path::new("/bin")));
        assert!(!is_program(Path::new("/etc/passwd")));
        assert!(!is_program(Path::new("/nowhere/mynah")));
    }
}
