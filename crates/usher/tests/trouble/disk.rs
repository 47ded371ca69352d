//! Disks that go wrong: a small one, and one whose writes fail when told to.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{run, text};

/// A file system in memory of a fixed size. Gone when its test ends.
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None`, said out loud, where none can be mounted.
    pub fn of(size_mib: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let told = run(Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size_mib}m"), "usher-test"])
            .arg(folder.path()));
        if told.status != 0 {
            crate::skip(&format!("no small disk can be mounted: {}", told.stderr.trim()));
            return None;
        }
        Some(SmallDisk { folder })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn grow_to(&self, size_mib: u32) {
        let size = format!("remount,size={size_mib}m");
        run(Command::new("mount").args(["-o", &size]).arg(self.path())).must_end_with(0, "");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["--lazy", text(self.path())]).status();
    }
}

/// Stands between a server and its disk. See `disk.c`.
pub struct FailingDisk {
    library: PathBuf,
    fails: PathBuf,
}

impl FailingDisk {
    /// `None`, said out loud, where no C can be compiled.
    pub fn in_folder(folder: &Path) -> Option<FailingDisk> {
        let library = folder.join("disk.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/trouble/disk.c");
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o", text(&library), source]).output();
        match compiled {
            Ok(told) if told.status.success() => Some(FailingDisk { library, fails: folder.join("fails") }),
            told => {
                crate::skip(&format!("no failing disk can be compiled: {told:?}"));
                None
            }
        }
    }

    /// The environment of a server on it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![("LD_PRELOAD", text(&self.library).into()), ("DISK_FAILS", text(&self.fails).into())]
    }

    /// From now on this fails: `sync` or `write`, of the file of this name.
    pub fn fail(&self, what: &str, file: &str) {
        let ready = self.fails.with_extension("ready");
        std::fs::write(&ready, format!("{what} /{file}")).unwrap();
        std::fs::rename(ready, &self.fails).unwrap();
    }

    pub fn is_well_again(&self) {
        std::fs::remove_file(&self.fails).unwrap();
    }
}
