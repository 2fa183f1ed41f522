-- The first of those who are free become a match, as long as there are enough of them and unused names.
local function make_matches(queue, size, confirm_within_ms, names)
  local free = {}
  for peer, waiter in pairs(queue.waiters) do
    if waiter.match == '-' and waiter.away == '0' then
      free[#free + 1] = peer
    end
  end
  table.sort(free, function(a, b) return queue.waiters[a].since_us < queue.waiters[b].since_us end)

  local first = 1
  for _, name in ipairs(names) do
    if #free - first + 1 < size then
      return
    end
    if not queue.matches[name.id] and not queue.completes[name.id] then
      local deadline_ms = now_ms + confirm_within_ms
      queue.matches[name.id] = { deadline_ms = deadline_ms, room = name.room }
      queue.gone['match:' .. name.id] = nil
      queue.dirty['match:' .. name.id] = function() return '1 ' .. digits(deadline_ms) .. ' ' .. name.room end
      for i = first, first + size - 1 do
        local waiter = queue.waiters[free[i]]
        waiter.match, waiter.confirmed = name.id, false
        put_waiter(queue, free[i], waiter)
      end
      first = first + size
    end
  end
end

-- A place that nobody has: the one asked for, or the next free one after it.
local function free_place(queue, since_us)
  local taken = {}
  for _, waiter in pairs(queue.waiters) do
    taken[waiter.since_us] = true
  end
  while taken[since_us] do
    since_us = since_us + 1
  end
  return since_us
end
