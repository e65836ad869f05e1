-- A melody that depends on nothing but the session's clock; silent while the transport stands, so that a
-- plugin behind it starts the export as if it were new.
ardour {
	["type"]    = "dsp",
	name        = "Mynah test tone",
	category    = "Instrument",
	license     = "MIT OR Apache-2.0",
	author      = "Mynah",
	description = [[A melody made from the session's clock, the same on every channel]]
}

function dsp_ioconfig ()
	return { [1] = { audio_in = -1, audio_out = -1 } }
end

local rate_hz = 48000

function dsp_init (rate)
	rate_hz = rate
end

function dsp_run (ins, outs, samples)
	local start = Session:transport_sample ()
	local rolling = Session:transport_rolling ()
	local tone = {}
	for sample = 1, samples do
		local time_s = (start + sample - 1) / rate_hz
		local within_s = time_s % 0.25
		local pitch_hz = 220 * 2 ^ (math.floor (time_s / 0.25) % 5 / 5)
		local phase = 2 * math.pi * pitch_hz * within_s
		local level = rolling and 0.3 * math.exp (-4 * within_s) or 0
		tone[sample] = level * (math.sin (phase) + math.sin (2 * phase) / 2 + math.sin (3 * phase) / 3)
	end
	for channel = 1, #outs do
		outs[channel]:set_table (tone, samples)
	end
end
