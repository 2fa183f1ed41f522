#!lua flags=allow-oom
-- Somebody is kept out for a while, instead of for as long as was said before.
--
-- KEYS[1]  bans
-- KEYS[2]  nodes
-- ARGV     1 kind/subject, 2 for how long in ms, 3 how many bans there can be
-- Returns  'full', or 'banned' and the list (see bans_reply): version, then per ban: kind/subject, how long it lasts in ms
--
--- include shared/clock
--- include shared/hash
--- include shared/bans
local who, for_ms, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])

local list = read_bans(KEYS[1], KEYS[2])
if not list.bans[who] and list.count >= most then
  return { 'full' }
end
change_ban(list, who, now_ms + for_ms)
return bans_reply('banned', list)
