-- Makes a session in which a melody goes to two busses, one with Mynah to the mix's left and one without to
-- its right, and exports the mix: `ardour7-lua session.lua FOLDER RATE BLOCK PRESET NAME [PARAMETER=VALUE]...`.
local folder, rate_hz, block_samples, preset, name = arg[1], tonumber (arg[2]), tonumber (arg[3]), arg[4], arg[5]

local backend = AudioEngine:set_backend ("None (Dummy)", "", "")
backend:set_sample_rate (rate_hz)
backend:set_buffer_size (block_samples)
local session = create_session (folder .. "/" .. name, name, rate_hz)
assert (session, "no session")

local flag, last = ARDOUR.PresentationInfo.Flag.AudioBus, ARDOUR.PresentationInfo.max_order
local function bus (label)
	return session:new_audio_route (2, 2, nil, 1, label, flag, last):front ()
end

local melody, through, past = bus ("Melody"), bus ("Through"), bus ("Past")
local tone = ARDOUR.LuaAPI.new_luaproc (session, "Mynah test tone")
assert (not tone:isnil (), "no test tone")
assert (melody:add_processor_by_index (tone, 0, nil, true) == 0)
for channel = 0, 1 do
	local port = melody:output ():audio (channel)
	port:disconnect_all ()
	assert (port:connect (through:input ():audio (channel):name ()) == 0)
	assert (port:connect (past:input ():audio (channel):name ()) == 0)
end
through:output ():audio (1):disconnect_all ()
past:output ():audio (0):disconnect_all ()

local mynah = ARDOUR.LuaAPI.new_plugin (session, "Mynah", ARDOUR.PluginType.VST3, "")
assert (not mynah:isnil (), "Ardour does not know Mynah")
assert (through:add_processor_by_index (mynah, 1, nil, true) == 0)

local insert = mynah:to_insert ()
local plugin = insert:plugin (0)
local index = {}
for parameter = 0, plugin:parameter_count () - 1 do
	index[plugin:parameter_label (parameter)] = parameter
end
for place = 6, #arg do
	local label, value = arg[place]:match ("^(.*)=(.*)$")
	assert (ARDOUR.LuaAPI.set_plugin_insert_param (insert, index[label], tonumber (value)), label)
end
sleep (0.5)
for place = 6, #arg do
	local label, value = arg[place]:match ("^(.*)=(.*)$")
	local kept = ARDOUR.LuaAPI.get_plugin_insert_param (insert, index[label], false)
	assert (math.abs (kept - tonumber (value)) < 1e-6, label .. " is " .. kept)
end
print ("latency_samples " .. insert:signal_latency ())

local export = session:simple_export ()
export:set_name (name)
export:set_folder (folder)
export:set_range (0, 2 * rate_hz)
assert (export:set_preset (preset))
assert (export:run_export ())
close_session ()
quit ()
