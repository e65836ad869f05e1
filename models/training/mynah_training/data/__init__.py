"""Training data: sampled instruments, phrases, parallel renderings and augmentation."""
