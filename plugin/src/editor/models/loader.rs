//! The file dialog, on a thread of its own, so that neither the window nor the host waits for it.

use std::path::PathBuf;
use std::thread;

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use nice_plug_egui::RepaintNotifier;

/// A dialog that may be open.
#[derive(Default)]
pub(super) struct Loader {
    answer: Option<Receiver<Vec<PathBuf>>>,
}

impl Loader {
    /// Whether a dialog is open.
    pub(super) fn is_open(&self) -> bool {
        self.answer.is_some()
    }

    /// Runs `pick` on its own thread, unless a dialog is open; the window is drawn again when it has answered.
    ///
    /// # Errors
    /// If the system starts no thread.
    pub(super) fn ask(
        &mut self,
        repaint: RepaintNotifier,
        pick: impl FnOnce() -> Vec<PathBuf> + Send + 'static,
    ) -> std::io::Result<()> {
        if self.is_open() {
            return Ok(());
        }
        let (sender, answer) = bounded(1);
        thread::Builder::new()
            .name("mynah file dialog".to_owned())
            .spawn(move || {
                // The window may have closed meanwhile: then nobody wants to know.
                let _ = sender.send(pick());
                repaint.request_repaint();
            })?;
        self.answer = Some(answer);
        Ok(())
    }

    /// The files that were chosen since the last call.
    pub(super) fn take(&mut self) -> Vec<PathBuf> {
        let Some(answer) = &self.answer else {
            return Vec::new();
        };
        let files = match answer.try_recv() {
            Ok(files) => files,
            Err(TryRecvError::Empty) => return Vec::new(),
            Err(TryRecvError::Disconnected) => Vec::new(),
        };
        self.answer = None;
        files
    }
}

/// Asks for model files; none if the player does not want any.
pub(super) fn pick_models() -> Vec<PathBuf> {
    rfd::FileDialog::new()
        .set_title("Load models")
        .add_filter("Mynah models", &["mynah"])
        .pick_files()
        .unwrap_or_default()
}

/// Asks for a folder of recordings; none if the player does not want any.
pub(super) fn pick_recordings() -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new().set_title("Recordings of one instrument");
    dialog.pick_folder().into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_dialog_answers_later_and_nothing_waits() {
        let mut loader = Loader::default();
        let (close, closed) = bounded::<()>(1);
        let pick = move || {
            closed.recv().unwrap();
            vec![PathBuf::from("a.mynah")]
        };
        loader.ask(RepaintNotifier::new(), pick).unwrap();
        assert!(loader.is_open() && loader.take().is_empty());
        // A second one is not opened beside the first.
        loader
            .ask(RepaintNotifier::new(), || panic!("two dialogs"))
            .unwrap();
        close.send(()).unwrap();
        let files = loop {
            let files = loader.take();
            if !loader.is_open() {
                break files;
            }
            thread::yield_now();
        };
        assert_eq!(files, [PathBuf::from("a.mynah")]);
    }
}
