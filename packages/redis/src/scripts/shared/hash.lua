-- A hash as a table, empty when there is no key. A shape of a later version than this script knows is not guessed at.
local READS = { ['1'] = true } -- and the version before, once there is one

local function read_hash(key)
  local fields, flat = {}, redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    fields[flat[i]] = flat[i + 1]
  end
  if fields.v and not READS[fields.v] then
    error({ err = 'ERR ' .. key .. ' has the unknown version ' .. fields.v })
  end
  return fields
end
