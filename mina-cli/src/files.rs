//! Writes several files, all of them or none.

use crate::failure::Failure;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is to be written and removed.
#[derive(Debug, Default)]
pub struct Changes {
    written: Vec<Written>,
    removed: Vec<PathBuf>,
}

#[derive(Debug)]
struct Written {
    path: PathBuf,
    text: String,
    is_new: bool,
}

impl Changes {
    /// A file that is not there yet; its folders are made.
    pub fn create(&mut self, path: PathBuf, text: String) {
        self.written.push(Written { path, text, is_new: true });
    }

    /// A file that is.
    pub fn replace(&mut self, path: PathBuf, text: String) {
        self.written.push(Written { path, text, is_new: false });
    }

    /// A file that goes.
    pub fn remove(&mut self, path: PathBuf) {
        self.removed.push(path);
    }

    /// The files that will have been written.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.written.iter().map(|written| written.path.as_path())
    }

    /// Writes them: what is new is complete before it has its name, and what was there is put back where one fails.
    pub fn apply(self) -> Result<(), Failure> {
        let mut done = Done::default();
        self.run(&mut done).inspect_err(|_| done.undo())
    }

    fn run(&self, done: &mut Done) -> Result<(), Failure> {
        for written in &self.written {
            if written.is_new && fs::symlink_metadata(&written.path).is_ok() {
                return Err(Failure::refused(format!("{} is there already", written.path.display())).or("nothing was written"));
            }
        }
        let mut ready = Vec::new();
        for written in &self.written {
            if let Some(folder) = written.path.parent() {
                done.make(folder).map_err(Failure::io(folder))?;
            }
            let beside = beside(&written.path);
            done.made.push(beside.clone());
            write(&beside, &written.text).map_err(Failure::io(&beside))?;
            if let Ok(metadata) = fs::metadata(&written.path) {
                fs::set_permissions(&beside, metadata.permissions()).map_err(Failure::io(&beside))?;
            }
            ready.push((beside, written));
        }
        for (beside, written) in ready {
            done.keep(&written.path)?;
            fs::rename(&beside, &written.path).map_err(Failure::io(&written.path))?;
        }
        for path in &self.removed {
            done.keep(path)?;
            fs::remove_file(path).map_err(Failure::io(path))?;
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

/// What was done so far, to be undone.
#[derive(Debug, Default)]
struct Done {
    made: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    before: Vec<(PathBuf, Vec<u8>)>,
}

impl Done {
    fn make(&mut self, folder: &Path) -> io::Result<()> {
        let missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_path_buf)
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(&folder)?;
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Remembers a file as it is, or that there is none.
    fn keep(&mut self, path: &Path) -> Result<(), Failure> {
        match fs::read(path) {
            Ok(bytes) => self.before.push((path.to_path_buf(), bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.made.push(path.to_path_buf()),
            Err(error) => return Err(Failure::io(path)(error)),
        }
        Ok(())
    }

    // What cannot be undone either is not worth a second error: the first one says where it began.
    fn undo(self) {
        for path in self.made {
            let _ = fs::remove_file(path);
        }
        for (path, bytes) in self.before {
            let _ = fs::write(path, bytes);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Changes;
    use std::fs;

    #[test]
    fn where_one_file_fails_all_are_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("kept"), "before").unwrap();
        fs::write(at("gone"), "there").unwrap();
        fs::create_dir(at("in the way")).unwrap();
        let mut changes = Changes::default();
        changes.replace(at("kept"), "after".to_owned());
        changes.create(at("new/deep/file"), "new".to_owned());
        changes.remove(at("gone"));
        changes.remove(at("in the way"));
        assert!(changes.apply().is_err());
        assert_eq!(fs::read_to_string(at("kept")).unwrap(), "before");
        assert_eq!(fs::read_to_string(at("gone")).unwrap(), "there");
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["gone", "in the way", "kept"]);
    }

    #[test]
    fn a_file_that_is_there_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "mine").unwrap();
        let mut changes = Changes::default();
        changes.create(folder.path().join("other"), String::new());
        changes.create(path.clone(), "yours".to_owned());
        assert!(changes.apply().unwrap_err().to_string().contains("is there already"));
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
        assert!(!folder.path().join("other").exists());
    }
}
