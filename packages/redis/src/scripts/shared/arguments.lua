-- Groups of arguments, after how many there are, which stands at `at`. Returns them, and where the arguments go on.
local function read_groups(at, names)
  local groups, next_at = {}, at + 1
  for i = 1, tonumber(ARGV[at]) do
    groups[i] = {}
    for offset, name in ipairs(names) do
      groups[i][name] = ARGV[next_at + offset - 1]
    end
    next_at = next_at + #names
  end
  return groups, next_at
end

-- The arguments from this one on, as a set.
local function set_from(first)
  local set = {}
  for i = first, #ARGV do
    set[ARGV[i]] = true
  end
  return set
end

-- What who asks knows and this key cannot: how long a peer may be away (ms), the time before which no window ends, until when
-- entries were asserted that may be at a lost node, and the nodes that are lost, which are the rest of the arguments.
local function read_reading(at)
  return {
    away_ms = tonumber(ARGV[at]), mercy_until_ms = tonumber(ARGV[at + 1]), lost_until_ms = tonumber(ARGV[at + 2]),
    lost = set_from(at + 3),
  }
end

-- What ends later was asserted since: then its node was not lost, or is not any more.
local function is_lost(node, until_ms, reading)
  return reading.lost[node] and until_ms <= reading.lost_until_ms
end
