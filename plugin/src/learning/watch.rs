//! The thread that looks at what is learnt while an editor is open.

use std::sync::Arc;
use std::time::Duration;
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use nice_plug_egui::RepaintNotifier;

use super::Learning;
use crate::targets::Catalogue;

/// How often it looks.
const INTERVAL: Duration = Duration::from_millis(500);

/// Looks as long as it lives. Nobody waits for its thread, which ends by itself.
pub(crate) struct Watch {
    _is_open: Sender<()>,
}

impl Watch {
    /// Begins; the editor is drawn again whenever something is new.
    ///
    /// # Errors
    /// If the system starts no thread.
    pub(crate) fn start(
        learning: Arc<Learning>,
        catalogue: &'static Catalogue,
        repaint: RepaintNotifier,
    ) -> io::Result<Self> {
        let (is_open, closed) = bounded::<()>(0);
        let look = move || {
            loop {
                if learning.look(catalogue) {
                    repaint.request_repaint();
                }
                if closed.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("mynah learning watch".to_owned())
            .spawn(look)?;
        Ok(Self { _is_open: is_open })
    }
}
