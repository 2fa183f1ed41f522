#!lua flags=allow-oom
-- Somebody is kept out no longer.
--
-- KEYS[1]  bans
-- KEYS[2]  nodes
-- ARGV     1 kind/subject
-- Returns  'unbanned' | 'absent', and the list (see bans_reply): version, then per ban: kind/subject, how long it lasts in ms
--
--- include shared/clock
--- include shared/hash
--- include shared/bans
local who = ARGV[1]

local list = read_bans(KEYS[1], KEYS[2])
if not list.bans[who] then
  return bans_reply('absent', list)
end
change_ban(list, who, false)
return bans_reply('unbanned', list)
