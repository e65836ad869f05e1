//! Packing small stand-ins through the functions that pack what is released. What was built is packed and
//! installed by hand before a release: it takes minutes to build.

#[cfg(target_os = "linux")]
mod debian;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tempfile::TempDir;
use zip::ZipArchive;

use super::libraries::{self, Needs};
use super::product::Product;
use super::{archive, checksums, macos, notices, pack_archive};

/// A commit in 2026.
const CHANGED_S: u64 = 1_780_000_000;

/// Stand-ins for what is built, in a folder that lives as long as they.
struct StandIns {
    product: Product,
    folder: TempDir,
}

impl StandIns {
    fn new(system: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let file = |place: &str, content: &str| -> PathBuf {
            let path = folder.path().join(place);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(&path, content).expect("a file");
            path
        };
        let inside = match system {
            "macos" => "Contents/MacOS/Mynah",
            "windows" => "Contents/x86_64-win/Mynah.vst3",
            _ => "Contents/x86_64-linux/Mynah.so",
        };
        let clap = if system == "macos" {
            file("Mynah.clap/Contents/MacOS/Mynah", "clap");
            file("Mynah.clap/Contents/Info.plist", "plist");
            folder.path().join("Mynah.clap")
        } else {
            file("Mynah.clap", "clap")
        };
        file(&format!("Mynah.vst3/{inside}"), "vst3");
        let product = Product {
            version: "0.2.0-rc.1".to_owned(),
            system: system.to_owned(),
            processor: "x86_64".to_owned(),
            changed_s: CHANGED_S,
            clap,
            vst3: folder.path().join("Mynah.vst3"),
            application: file("built/application", "application"),
            command_line: file(
                "built/command",
                "#!/bin/sh\necho \"mynah of the package\"\n",
            ),
            root: Path::new(env!("CARGO_MANIFEST_DIR"))
                .parent()
                .expect("the workspace")
                .to_owned(),
            notices: "crates".to_owned(),
        };
        Self { product, folder }
    }

    /// A folder for packages, made anew for each name.
    fn packages(&self, name: &str) -> PathBuf {
        let folder = self.folder.path().join("packages").join(name);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }
}

/// What an archive has: contents and permissions by place.
type Contents = BTreeMap<String, (Vec<u8>, u32)>;

fn read_tar_gz(path: &Path) -> Contents {
    let file = fs::File::open(path).expect("the archive");
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut contents = Contents::new();
    for entry in archive.entries().expect("entries") {
        let mut entry = entry.expect("an entry");
        let header = entry.header();
        assert_eq!(header.uid().expect("an owner"), 0);
        assert_eq!(header.gid().expect("a group"), 0);
        assert_eq!(header.mtime().expect("a time"), CHANGED_S);
        let mode = header.mode().expect("a mode");
        let place = entry.path().expect("a path").to_string_lossy().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        contents.insert(place, (content, mode));
    }
    contents
}

fn read_zip(path: &Path) -> Contents {
    let file = fs::File::open(path).expect("the archive");
    let mut archive = ZipArchive::new(file).expect("a zip");
    let mut contents = Contents::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mode = entry.unix_mode().expect("a mode") & 0o777;
        let place = entry.name().expect("a name").into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("content");
        contents.insert(place, (content, mode));
    }
    contents
}

/// The documents in every archive, behind its folder.
fn documents(root: &Path) -> Vec<String> {
    let mut places: Vec<String> = [
        "LICENSE.txt",
        "README.txt",
        "credits/CRATES.txt",
        "credits/CREDITS.md",
        "credits/fonts/LICENSE-Inter.txt",
    ]
    .map(str::to_owned)
    .into();
    let memories = fs::read_dir(root.join("assets/memories")).expect("memories");
    for memory in memories {
        let name = memory.expect("a file").file_name();
        places.push(format!("credits/memories/{}", name.to_string_lossy()));
    }
    places
}

/// The archive of a system has these files and the documents, and nothing else.
fn check_archive(system: &str, ending: &str, files: &[(&str, &str, u32)]) {
    let stand_ins = StandIns::new(system);
    let product = &stand_ins.product;
    let path = pack_archive(product, &stand_ins.packages("first")).expect("an archive");
    let folder = format!("mynah-0.2.0-rc.1-{system}-x86_64");
    assert_eq!(
        path.file_name().expect("a name").to_string_lossy(),
        format!("{folder}.{ending}")
    );
    let contents = if ending == "zip" {
        read_zip(&path)
    } else {
        read_tar_gz(&path)
    };
    let mut expected: Vec<String> = files
        .iter()
        .map(|(place, ..)| (*place).to_owned())
        .collect();
    expected.extend(documents(&product.root));
    expected.sort();
    let expected: Vec<String> = expected
        .iter()
        .map(|place| format!("{folder}/{place}"))
        .collect();
    assert_eq!(contents.keys().cloned().collect::<Vec<_>>(), expected);
    for (place, content, mode) in files {
        let (found, found_mode) = &contents[&format!("{folder}/{place}")];
        assert!(String::from_utf8_lossy(found).contains(content), "{place}");
        assert_eq!(found_mode, mode, "{place}");
    }
    let (readme, mode) = &contents[&format!("{folder}/README.txt")];
    let readme = String::from_utf8_lossy(readme);
    assert!(readme.starts_with("Mynah 0.2.0-rc.1"));
    assert_eq!(*mode, 0o644);
    let (licence, _) = &contents[&format!("{folder}/LICENSE.txt")];
    assert_eq!(
        *licence,
        fs::read(product.root.join("LICENSE")).expect("the licence")
    );
    let again = pack_archive(product, &stand_ins.packages("again")).expect("an archive");
    assert!(fs::read(&path).expect("the archive") == fs::read(again).expect("the archive"));
}

#[test]
fn the_archive_for_linux_is_complete_and_the_same_every_time() {
    let files = [
        ("Mynah.clap", "clap", 0o644),
        ("Mynah.vst3/Contents/x86_64-linux/Mynah.so", "vst3", 0o644),
        ("mynah", "mynah of the package", 0o755),
        ("mynah-standalone", "application", 0o755),
    ];
    check_archive("linux", "tar.gz", &files);
}

#[test]
fn the_archive_for_macos_is_complete_and_the_same_every_time() {
    let files = [
        ("Mynah.clap/Contents/Info.plist", "plist", 0o644),
        ("Mynah.clap/Contents/MacOS/Mynah", "clap", 0o755),
        ("Mynah.vst3/Contents/MacOS/Mynah", "vst3", 0o755),
        ("mynah", "mynah of the package", 0o755),
        ("mynah-standalone", "application", 0o755),
    ];
    check_archive("macos", "tar.gz", &files);
}

#[test]
fn the_archive_for_windows_is_complete_and_the_same_every_time() {
    let files = [
        ("Mynah.clap", "clap", 0o644),
        ("Mynah.vst3/Contents/x86_64-win/Mynah.vst3", "vst3", 0o644),
        ("mynah-standalone.exe", "application", 0o755),
        ("mynah.exe", "mynah of the package", 0o755),
    ];
    check_archive("windows", "zip", &files);
}

#[test]
fn the_installer_for_macos_puts_plugins_where_all_users_hosts_look() {
    let stand_ins = StandIns::new("macos");
    let tree = macos::layout(&stand_ins.product).expect("a layout");
    let places: Vec<&str> = tree.iter().map(|(place, _)| place).collect();
    for place in [
        "Library/Audio/Plug-Ins/CLAP/Mynah.clap/Contents/MacOS/Mynah",
        "Library/Audio/Plug-Ins/VST3/Mynah.vst3/Contents/MacOS/Mynah",
        "usr/local/bin/mynah",
        "usr/local/bin/mynah-standalone",
        "usr/local/share/doc/mynah/LICENSE.txt",
    ] {
        assert!(places.contains(&place), "{place} of {places:?}");
    }
}

#[test]
fn the_installer_for_windows_takes_every_file_of_the_archive() {
    let script = include_str!("mynah.iss");
    let sources: Vec<String> = script
        .lines()
        .filter_map(|line| line.strip_prefix("Source: \"{#Files}\\"))
        .filter_map(|line| Some(line.split_once('"')?.0.replace('\\', "/")))
        .collect();
    let stand_ins = StandIns::new("windows");
    let tree = stand_ins.product.portable().expect("a layout");
    for (place, _) in tree.iter() {
        let is_taken = |source: &String| match source.strip_suffix('*') {
            Some(folder) => place.starts_with(folder),
            None => source == place,
        };
        assert!(sources.iter().any(is_taken), "{place} of {sources:?}");
    }
}

#[test]
fn checksums_are_those_of_sha_256_in_the_order_of_names() {
    // The example of FIPS 180-4.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(checksums::sha256(b"abc"), abc);
    let folder = TempDir::new().expect("a temporary folder");
    let files = ["mynah.zip", "mynah.deb"].map(|name| folder.path().join(name));
    for file in &files {
        fs::write(file, "abc").expect("a file");
    }
    checksums::write(folder.path(), &files).expect("checksums");
    let text = fs::read_to_string(folder.path().join(checksums::FILE)).expect("checksums");
    assert_eq!(text, format!("{abc}  mynah.deb\n{abc}  mynah.zip\n"));
}

#[test]
fn no_two_files_are_packed_as_one() {
    let mut tree = super::tree::Tree::default();
    tree.add_text("README.txt", String::new()).expect("a file");
    assert!(tree.add_text("README.txt", String::new()).is_err());
}

#[test]
fn a_package_depends_on_what_its_programs_are_linked_to() {
    let needs = |libraries: &[&str], c_library: &[u32]| Needs {
        libraries: libraries.iter().map(|name| (*name).to_owned()).collect(),
        c_library: c_library.to_vec(),
    };
    let plugin = needs(&["libgcc_s.so.1", "libm.so.6", "libc.so.6"], &[2, 9]);
    let application = needs(&["libasound.so.2", "libgcc_s.so.1", "libc.so.6"], &[2, 34]);
    assert_eq!(
        libraries::depends(&[plugin, application]).expect("known libraries"),
        "libc6 (>= 2.34), libasound2t64 | libasound2, libgcc-s1, libgl1, libx11-6, libx11-xcb1, libxcb1, \
         libxkbcommon-x11-0, libxkbcommon0"
    );
    let unknown = needs(&["libwinter.so.7"], &[2, 34]);
    let error = libraries::depends(&[unknown]).expect_err("an unknown library");
    assert!(error.to_string().contains("libwinter.so.7"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_programs_libraries_are_read_from_it() {
    let this = std::env::current_exe().expect("this program");
    let needs = libraries::needs(&this).expect("what it needs");
    assert!(
        needs.libraries.iter().any(|name| name == "libc.so.6"),
        "{needs:?}"
    );
    assert!(needs.c_library >= vec![2, 17], "{needs:?}");
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(libraries::needs(&text).is_err());
}

#[test]
fn licences_of_linked_crates_are_passed_on_and_those_of_test_tools_are_not() {
    let text = notices::text().expect("licences");
    let (list, texts) = text.split_once("\n====").expect("a list and texts");
    let has = |name: &str| {
        list.lines()
            .any(|line| line.starts_with(&format!("{name} ")))
    };
    for linked in ["candle-core", "egui", "nice-plug", "symphonia", "midir"] {
        assert!(has(linked), "{linked} is not in\n{list}");
    }
    for other in ["proptest", "criterion", "mynah-engine"] {
        assert!(!has(other), "{other} is in\n{list}");
    }
    assert!(texts.contains("Mozilla Public License"));
    assert!(texts.contains("Permission is hereby granted, free of charge"));
}

#[test]
fn an_archive_says_which_file_it_cannot_read() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut tree = super::tree::Tree::default();
    let missing = folder.path().join("not-built");
    tree.add_program("mynah", &missing).expect("a place");
    let error = archive::write_zip(&tree, "mynah", folder.path()).expect_err("no such file");
    assert!(error.to_string().contains("not-built"));
}
