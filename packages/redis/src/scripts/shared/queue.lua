-- A queue as a table. Waiters keep their place while they stand in a match; when it is given up they are simply free again.
-- A complete match has taken its members out of the queue, and is kept for their nodes to hear of it.
local SEPARATOR = '\31' -- no id and no JSON text holds it

local function read_waiter(line)
  local until_ms, since_us, away, fence, node, match, confirmed, rest =
    string.match(line, '^1 (%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (%d) (.*)$')
  return {
    until_ms = tonumber(until_ms), since_us = tonumber(since_us), away = away, fence = fence, node = node, match = match,
    confirmed = confirmed == '1', rest = rest,
  }
end

local function waiter_line(waiter)
  return '1 ' .. digits(waiter.until_ms) .. ' ' .. digits(waiter.since_us) .. ' ' .. waiter.away .. ' ' .. waiter.fence .. ' ' ..
    waiter.node .. ' ' .. waiter.match .. ' ' .. (waiter.confirmed and '1 ' or '0 ') .. waiter.rest
end

local function read_complete(text)
  local until_ms, room, list = string.match(text, '^1 (%d+) (%S+) (.*)$')
  local complete = { until_ms = tonumber(until_ms), room = room, members = {} }
  for peer, open, line in string.gmatch(list, '(%S+) (%d) ([^\31]*)\31') do
    local member = read_waiter(line)
    member.peer, member.open = peer, open == '1'
    complete.members[#complete.members + 1] = member
  end
  return complete
end

local function complete_text(complete)
  local parts = {}
  for i, member in ipairs(complete.members) do
    parts[i] = member.peer .. (member.open and ' 1 ' or ' 0 ') .. waiter_line(member) .. SEPARATOR
  end
  return '1 ' .. digits(complete.until_ms) .. ' ' .. complete.room .. ' ' .. table.concat(parts)
end

local function put_waiter(queue, peer, waiter)
  queue.waiters[peer] = waiter
  queue.dirty['waiter:' .. peer] = function() return waiter_line(waiter) end
  queue.gone['waiter:' .. peer] = nil
  queue.last_us = math.max(queue.last_us, waiter.since_us)
end

-- A new place. Whatever the peer was matched to before is over for it.
local function take_place(queue, peer, waiter)
  for id, complete in pairs(queue.completes) do
    for _, member in ipairs(complete.members) do
      if member.open and member.peer == peer then
        member.open = false
        queue.dirty['complete:' .. id] = function() return complete_text(complete) end
      end
    end
  end
  put_waiter(queue, peer, waiter)
end

-- The members of a match are free again, each at its old place.
local function give_up_match(queue, id)
  queue.matches[id] = nil
  queue.dirty['match:' .. id] = nil
  queue.gone['match:' .. id] = true
  for peer, waiter in pairs(queue.waiters) do
    if waiter.match == id then
      waiter.match, waiter.confirmed = '-', false
      put_waiter(queue, peer, waiter)
    end
  end
end

local function drop_waiter(queue, peer)
  local waiter = queue.waiters[peer]
  queue.waiters[peer] = nil
  queue.dirty['waiter:' .. peer] = nil
  queue.gone['waiter:' .. peer] = true
  if waiter.match ~= '-' then
    give_up_match(queue, waiter.match)
  end
end

-- Out of the match it stands in, but not of its place: until then it may come back.
local function go_away(queue, peer, until_ms)
  local waiter = queue.waiters[peer]
  if waiter.match ~= '-' then
    give_up_match(queue, waiter.match)
  end
  waiter.until_ms, waiter.away = until_ms, digits(until_ms)
  put_waiter(queue, peer, waiter)
end

-- Those who confirmed in vain stay, and so do those whom this call names; who did not answer in time goes.
local function settle(queue, named)
  for id, match in pairs(queue.matches) do
    if match.deadline_ms <= now_ms then
      local silent = {}
      for peer, waiter in pairs(queue.waiters) do
        if waiter.match == id and not waiter.confirmed and not named[peer] then
          silent[#silent + 1] = peer
        end
      end
      give_up_match(queue, id)
      for _, peer in ipairs(silent) do
        drop_waiter(queue, peer)
      end
    end
  end
end

-- Whether Redis was out of reach a while ago, only a reading tells: without one, no window ends.
local function end_window(queue, peer, reading)
  local waiter = queue.waiters[peer]
  if not reading then
    return
  end
  if math.max(waiter.until_ms, reading.mercy_until_ms) <= now_ms then
    drop_waiter(queue, peer)
  elseif waiter.until_ms < reading.mercy_until_ms then
    go_away(queue, peer, reading.mercy_until_ms)
  end
end

-- With overdue matches settled, then without what has lapsed; who is at a lost node is away. What changes is noted here and
-- written by commit_queue: a refusal writes nothing. `reading`: see read_reading; nil if whoever asks has none.
local function read_queue(key, named, reading)
  local fields = read_hash(key)
  local queue = {
    key = key, last_us = tonumber(fields.lastUs or 0), waiters = {}, matches = {}, completes = {}, gone = {}, dirty = {},
  }
  for name, value in pairs(fields) do
    local kind, id = string.match(name, '^(%a+):(.*)$')
    if kind == 'waiter' then
      queue.waiters[id] = read_waiter(value)
    elseif kind == 'match' then
      local deadline_ms, room = string.match(value, '^1 (%d+) (%S+)$')
      queue.matches[id] = { deadline_ms = tonumber(deadline_ms), room = room }
    elseif kind == 'complete' then
      local complete = read_complete(value)
      if complete.until_ms > now_ms then
        queue.completes[id] = complete
      else
        queue.gone[name] = true
      end
    end
  end
  settle(queue, named)
  for peer, waiter in pairs(queue.waiters) do
    if waiter.away ~= '0' then
      end_window(queue, peer, reading)
    elseif waiter.until_ms <= now_ms then
      drop_waiter(queue, peer)
    elseif reading and is_lost(waiter.node, waiter.until_ms, reading) then
      go_away(queue, peer, now_ms + reading.away_ms)
    end
  end
  return queue
end

local function commit_queue(queue)
  local last_ms = 0
  for _, waiter in pairs(queue.waiters) do
    last_ms = math.max(last_ms, waiter.until_ms)
  end
  for _, complete in pairs(queue.completes) do
    last_ms = math.max(last_ms, complete.until_ms)
  end
  if last_ms == 0 then
    redis.call('DEL', queue.key)
    return
  end
  for name in pairs(queue.gone) do
    redis.call('HDEL', queue.key, name)
  end
  for name, line in pairs(queue.dirty) do
    redis.call('HSET', queue.key, name, line())
  end
  redis.call('HSET', queue.key, 'v', 1, 'lastUs', digits(queue.last_us))
  redis.call('PEXPIREAT', queue.key, digits(last_ms))
end

local function members_of(queue, id)
  local members = {}
  for peer, waiter in pairs(queue.waiters) do
    if waiter.match == id then
      waiter.peer = peer
      members[#members + 1] = waiter
    end
  end
  table.sort(members, function(a, b) return a.since_us < b.since_us end)
  return members
end

-- The complete match that this claim still stands in, if any.
local function complete_with(queue, peer, fence)
  for id, complete in pairs(queue.completes) do
    for _, member in ipairs(complete.members) do
      if member.open and member.peer == peer and member.fence == fence then
        return id
      end
    end
  end
end

-- Adds id, room, complete, number of members, then per member: peer, line.
local function append_match(reply, queue, id)
  local match, members = queue.matches[id], nil
  if match then
    members = members_of(queue, id)
  else
    match = queue.completes[id]
    members = match.members
  end
  local n = #reply
  reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = id, match.room, queue.completes[id] and 1 or 0, #members
  for _, member in ipairs(members) do
    reply[#reply + 1] = member.peer
    reply[#reply + 1] = waiter_line(member)
  end
end
