//! The bytes of a file or a pipe, read forwards only, with as much looking ahead as a container needs.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Bytes fetched at once.
const CHUNK_BYTES: usize = 1 << 16;

/// Bytes on their way, and those looked at but not yet taken.
pub(super) struct Source {
    inner: Inner,
    buffer: Vec<u8>,
    /// Start of what is not yet taken in `buffer`.
    start: usize,
    /// Offset in the file of what is not yet taken.
    position: u64,
    length: Option<u64>,
    at_end: bool,
}

enum Inner {
    File(File),
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// The bytes of `file`. If it is not a regular one it is read like a stream.
    pub(super) fn of_file(file: File) -> Source {
        let length = file
            .metadata()
            .ok()
            .filter(|m| m.is_file())
            .map(|m| m.len());
        Source::new(Inner::File(file), length)
    }

    /// The bytes of something that cannot seek.
    pub(super) fn of_stream(stream: Box<dyn Read + Send>) -> Source {
        Source::new(Inner::Stream(stream), None)
    }

    fn new(inner: Inner, length: Option<u64>) -> Source {
        Source {
            inner,
            buffer: Vec::new(),
            start: 0,
            position: 0,
            length,
            at_end: false,
        }
    }

    /// Offset of the next byte from the file's beginning.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Bytes of the whole file, if it is one.
    pub(super) fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next `bytes` bytes, fewer only at the end. Memory grows with what there is, not with what is asked for.
    pub(super) fn peek(&mut self, bytes: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.start < bytes && !self.at_end {
            self.fetch()?;
        }
        let end = self.buffer.len().min(self.start.saturating_add(bytes));
        Ok(&self.buffer[self.start..end])
    }

    /// Takes up to `bytes` bytes that were looked at.
    pub(super) fn take(&mut self, bytes: usize) {
        let bytes = bytes.min(self.buffer.len() - self.start);
        self.start += bytes;
        self.position += bytes as u64;
    }

    /// Leaves `bytes` bytes out; returns how many there were.
    pub(super) fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let buffered = (self.buffer.len() - self.start) as u64;
        let first = bytes.min(buffered);
        self.take(first as usize);
        let mut rest = bytes - first;
        if let (Inner::File(file), Some(length)) = (&mut self.inner, self.length)
            && rest > 0
        {
            // Everything that was fetched is taken: the file stands where this does.
            rest = rest.min(length.saturating_sub(self.position));
            file.seek(SeekFrom::Start(self.position + rest))?;
            self.position += rest;
            return Ok(first + rest);
        }
        let mut skipped = first;
        while rest > 0 {
            let there = self
                .peek(CHUNK_BYTES.min(usize::try_from(rest).unwrap_or(CHUNK_BYTES)))?
                .len();
            if there == 0 {
                break;
            }
            self.take(there);
            skipped += there as u64;
            rest -= there as u64;
        }
        Ok(skipped)
    }

    /// The last `bytes` bytes of a file, for a guess at its length; none of a stream.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn tail(&mut self, bytes: u64) -> io::Result<Vec<u8>> {
        let mut tail = Vec::new();
        if let (Inner::File(file), Some(length)) = (&mut self.inner, self.length) {
            let here = file.stream_position()?;
            file.seek(SeekFrom::Start(length.saturating_sub(bytes)))?;
            file.take(bytes).read_to_end(&mut tail)?;
            file.seek(SeekFrom::Start(here))?;
        }
        Ok(tail)
    }

    /// All from here on as a file that can seek, and its first byte's offset in it: the file itself, or for a stream a
    /// temporary copy.
    pub(super) fn into_file(mut self) -> io::Result<(File, u64)> {
        match self.inner {
            Inner::File(file) if self.length.is_some() => Ok((file, self.position)),
            mut inner => {
                let mut copy = tempfile::tempfile()?;
                copy.write_all(&self.buffer[self.start..])?;
                self.buffer = Vec::new();
                match &mut inner {
                    Inner::File(file) => io::copy(file, &mut copy)?,
                    Inner::Stream(stream) => io::copy(stream, &mut copy)?,
                };
                Ok((copy, 0))
            }
        }
    }

    fn fetch(&mut self) -> io::Result<()> {
        // What is taken is dropped once it is the larger part, so that every byte moves a few times at the most.
        if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.resize(filled + CHUNK_BYTES, 0);
        let read = loop {
            let free = &mut self.buffer[filled..];
            let read = match &mut self.inner {
                Inner::File(file) => file.read(free),
                Inner::Stream(stream) => stream.read(free),
            };
            match read {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer
            .truncate(filled + *read.as_ref().unwrap_or(&0).min(&CHUNK_BYTES));
        self.at_end = read? == 0;
        Ok(())
    }
}

/// How much checking of what may be a beginning a damaged file is worth: so much for every byte of it, so that no file
/// can be made that takes for ever.
pub(super) struct Effort(i64);

impl Effort {
    /// Bytes that may be checked before the first is taken.
    const AT_ONCE: i64 = 1 << 26;
    /// Bytes that may be checked for each one taken.
    const FOR_EACH: i64 = 32;

    pub(super) fn new() -> Effort {
        Effort(Effort::AT_ONCE)
    }

    /// `bytes` of the file were passed.
    pub(super) fn gain(&mut self, bytes: usize) {
        let gained = (bytes as i64).saturating_mul(Effort::FOR_EACH);
        self.0 = self.0.saturating_add(gained).min(Effort::AT_ONCE);
    }

    /// Whether it is worth checking anything more.
    pub(super) fn is_left(&self) -> bool {
        self.0 > 0
    }

    /// `bytes` were checked. There may be a debt then, which is paid before the next check.
    pub(super) fn spend(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(bytes as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However much may be checked at each place, all of it together is bounded by what is passed.
    #[test]
    fn checks_cost_no_more_than_what_is_passed_is_worth() {
        let (mut effort, mut checked) = (Effort::new(), 0u64);
        let (places, each) = (1_000_000, 20_000usize);
        for _ in 0..places {
            if effort.is_left() {
                effort.spend(each);
                checked += each as u64;
            }
            effort.gain(6);
        }
        assert!(
            checked < (1 << 26) + 32 * 6 * places + 2 * each as u64,
            "{checked}"
        );
        assert!(checked > 32 * 6 * places / 2, "{checked}");
    }
}
