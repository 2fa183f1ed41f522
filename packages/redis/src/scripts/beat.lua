#!lua flags=allow-oom
-- A node is alive for a while more, and learns which others are.
--
-- KEYS[1]  nodes
-- ARGV     1 node, 2 its row (JSON), 3 life in ms, 4 id for a table that is made now
-- Returns  now in ms, table, beats, version of the bans, what this node was (new, alive, lost, gone), when Redis woke from its last
--          sleep in ms (0: it has not slept), then per row: state (alive, lost, gone), row (JSON)
--
--- include shared/clock
--- include shared/hash
local KEEP_MS = 180000

local key, node, row, life_ms, fresh_id = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local fields = read_hash(key)
local last_beat_ms = tonumber(fields.beatAt or now_ms)
local slept = now_ms - last_beat_ms > life_ms / 2
local woke_at_ms = slept and now_ms or tonumber(fields.wokeAt or 0)

local rows, last_until_ms, was = {}, 0, 'new'

local function keep(name, state, until_ms, json)
  redis.call('HSET', key, name, '1 ' .. state .. ' ' .. digits(until_ms) .. ' ' .. json)
end

local function report(state, until_ms, json)
  rows[#rows + 1] = (state == 'alive' and until_ms <= now_ms) and 'lost' or state
  rows[#rows + 1] = json
  last_until_ms = math.max(last_until_ms, until_ms)
end

local function wakes(until_ms)
  return slept and until_ms > last_beat_ms
end

-- The node itself. Who said goodbye does not come back: a late beat must not bring it to life.
local own_field = 'row:' .. node
local own_state, own_until = string.match(fields[own_field] or '', '^1 (%a+) (%d+) ')
if own_state then
  was = own_state
  if was == 'alive' and tonumber(own_until) <= now_ms and not wakes(tonumber(own_until)) then
    was = 'lost'
  end
end
if was ~= 'gone' then
  keep(own_field, 'alive', now_ms + life_ms, row)
  report('alive', now_ms + life_ms, row)
  fields[own_field] = nil
end

for name, line in pairs(fields) do
  if string.sub(name, 1, 4) == 'row:' then
    local state, until_text, json = string.match(line, '^1 (%a+) (%d+) (.*)$')
    local until_ms = tonumber(until_text)
    if state == 'alive' and wakes(until_ms) then
      until_ms = now_ms + life_ms
      keep(name, state, until_ms, json)
    end
    if until_ms + KEEP_MS <= now_ms then
      redis.call('HDEL', key, name)
    else
      report(state, until_ms, json)
    end
  end
end

local table_id = fields.table or fresh_id
redis.call('HSET', key, 'v', 1, 'table', table_id, 'beatAt', digits(now_ms))
if slept then
  redis.call('HSET', key, 'wokeAt', digits(now_ms))
end
local beats = redis.call('HINCRBY', key, 'beats', 1)
redis.call('PEXPIREAT', key, digits(last_until_ms + KEEP_MS))

-- By and by, and not with unpack, which ends at some thousands.
local reply = { now_ms, table_id, beats, tonumber(fields.bans or 0), was, woke_at_ms }
local before = #reply
for i, word in ipairs(rows) do
  reply[before + i] = word
end
return reply
