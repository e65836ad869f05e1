//! A FLAC file written frame by frame, so that memory does not grow with its length.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

use anyhow::{Result, anyhow};
use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, MetadataBlockData, Stream};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

/// Frames of samples in one FLAC frame, the reference encoder's usual value.
const BLOCK_FRAMES: usize = 4096;
/// Highest rate flacenc writes, in Hz.
pub(crate) const MAX_RATE_HZ: u32 = 96_000;
/// Most channels of a FLAC stream.
pub(crate) const MAX_CHANNELS: usize = 8;

/// Writer of one FLAC stream.
pub(crate) struct FlacWriter {
    file: BufWriter<File>,
    config: Verified<Encoder>,
    /// Samples as they are: for what the other would make longer, loud noise of 24 bits.
    plain: Verified<Encoder>,
    bits: usize,
    /// Header only: its `StreamInfo` gathers frame sizes and length, and is written over the placeholder at the end.
    header: Stream,
    frame: FrameBuf,
    context: Context,
    pending: Vec<i32>,
    channels: usize,
    frames_done: usize,
    sink: ByteSink,
}

impl FlacWriter {
    /// Starts a stream of 16 or 24 `bits` with a placeholder header, and `blocks` of metadata, kind and content, behind it.
    ///
    /// # Errors
    /// `rate_hz` above [`MAX_RATE_HZ`], or the file cannot be written.
    pub(crate) fn new(
        file: BufWriter<File>,
        rate_hz: u32,
        channels: usize,
        bits: u16,
        blocks: Vec<(u8, Vec<u8>)>,
    ) -> Result<FlacWriter> {
        let flac = |e: &dyn std::fmt::Display| anyhow!("cannot write FLAC: {e}");
        // Files are already worked on in parallel: the encoder's own threads would only be in the way.
        let mut config = Encoder::default();
        config.multithread = false;
        let mut plain = config.clone();
        plain.subframe_coding.use_constant = false;
        plain.subframe_coding.use_fixed = false;
        plain.subframe_coding.use_lpc = false;
        let config = config.into_verified().map_err(|(_, e)| flac(&e))?;
        let plain = plain.into_verified().map_err(|(_, e)| flac(&e))?;
        let bits = usize::from(bits);
        let mut header = Stream::new(rate_hz as usize, channels, bits).map_err(|e| flac(&e))?;
        for (kind, content) in blocks {
            let block = MetadataBlockData::new_unknown(kind, &content).map_err(|e| flac(&e))?;
            header.add_metadata_block(block);
        }
        header
            .stream_info_mut()
            .set_block_sizes(BLOCK_FRAMES, BLOCK_FRAMES)
            .map_err(|e| flac(&e))?;
        let mut writer = FlacWriter {
            file,
            config,
            plain,
            bits,
            header,
            frame: FrameBuf::with_size(channels, BLOCK_FRAMES).map_err(|e| flac(&e))?,
            context: Context::new(bits, channels),
            pending: Vec::with_capacity(2 * BLOCK_FRAMES * channels),
            channels,
            frames_done: 0,
            sink: ByteSink::new(),
        };
        writer.write_header()?;
        Ok(writer)
    }

    /// Appends one sample of the interleaved signal (full scale ± 2^(bits - 1)).
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn push(&mut self, sample: i32) -> Result<()> {
        self.pending.push(sample);
        if self.pending.len() == BLOCK_FRAMES * self.channels {
            self.encode_pending()?;
        }
        Ok(())
    }

    /// Encodes what is left and writes the true header.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn finish(mut self) -> Result<()> {
        if !self.pending.is_empty() {
            self.encode_pending()?;
        }
        let info = self.header.stream_info_mut();
        // update_frame_info lowered the minimum to the short last frame, which the format says not to count.
        info.set_block_sizes(BLOCK_FRAMES, BLOCK_FRAMES)
            .map_err(|e| anyhow!("cannot write FLAC: {e}"))?;
        info.set_md5_digest(&self.context.md5_digest());
        self.file.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        self.write_header()?;
        self.file.flush()?;
        Ok(())
    }

    fn encode_pending(&mut self) -> Result<()> {
        let flac = |e: &dyn std::fmt::Display| anyhow!("cannot write FLAC: {e}");
        self.frame
            .fill_interleaved(&self.pending)
            .map_err(|e| flac(&e))?;
        self.context
            .fill_interleaved(&self.pending)
            .map_err(|e| flac(&e))?;
        let info = self.header.stream_info_mut();
        let encode = |config, info: &_| {
            flacenc::encode_fixed_size_frame(config, &self.frame, self.frames_done, info)
                .map_err(|e| flac(&e))
        };
        let mut frame = encode(&self.config, info)?;
        if frame.count_bits() > self.pending.len() * self.bits {
            let plain = encode(&self.plain, info)?;
            if plain.count_bits() < frame.count_bits() {
                frame = plain;
            }
        }
        info.update_frame_info(&frame);
        self.sink.clear();
        frame.write(&mut self.sink).map_err(|e| flac(&e))?;
        self.file.write_all(self.sink.as_slice())?;
        self.frames_done += 1;
        self.pending.clear();
        Ok(())
    }

    fn write_header(&mut self) -> Result<()> {
        self.sink.clear();
        self.header
            .write(&mut self.sink)
            .map_err(|e| anyhow!("cannot write FLAC: {e}"))?;
        self.file.write_all(self.sink.as_slice())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::notes::Random;

    #[test]
    fn noise_is_no_longer_than_its_samples() {
        let mut random = Random::new(1);
        for (bits, channels) in [(16, 1), (24, 1), (24, 2)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("x.flac");
            let file = BufWriter::new(File::create(&path).unwrap());
            let mut writer = FlacWriter::new(file, 48_000, channels, bits, Vec::new()).unwrap();
            let samples = 3 * BLOCK_FRAMES * channels;
            let full_scale = f64::from(1 << (bits - 1)) - 1.0;
            for _ in 0..samples {
                writer.push((random.bipolar() * full_scale) as i32).unwrap();
            }
            writer.finish().unwrap();
            let bytes = std::fs::metadata(path).unwrap().len() as usize;
            let plain = samples * usize::from(bits) / 8;
            assert!(bytes < plain + 200, "{bytes} bytes for {plain}");
        }
    }
}
