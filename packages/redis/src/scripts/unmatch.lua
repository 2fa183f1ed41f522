#!lua flags=allow-oom
-- A peer gives its place up, or goes away and has it kept for a while; either way, the others of a match that is not complete
-- are free again.
--
-- KEYS[1]  queue
-- ARGV     1 peer, 2 fence, 3 for how many ms the place is kept, from when this is said first; 0: it is given up
-- Returns  'left' | 'matched' (too late, the match is complete) | 'absent'
--
--- include shared/clock
--- include shared/hash
--- include shared/queue
local peer, fence, away_ms = ARGV[1], ARGV[2], tonumber(ARGV[3])

local queue = read_queue(KEYS[1], { [peer] = true })
local waiter = queue.waiters[peer]
if waiter and waiter.fence == fence then
  if away_ms == 0 then
    drop_waiter(queue, peer)
  elseif waiter.away == '0' then
    go_away(queue, peer, now_ms + away_ms)
  end
  commit_queue(queue)
  return { 'left' }
end
return { complete_with(queue, peer, fence) and 'matched' or 'absent' }
