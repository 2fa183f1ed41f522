-- The mail of a peer: a list of signals, each as `n text`, where n is how often it was handed to a session.
local function read_mail(mail_key)
  local mail = {}
  for i, line in ipairs(redis.call('LRANGE', mail_key, 0, -1)) do
    local space = string.find(line, ' ', 1, true)
    mail[i] = { handings = tonumber(string.sub(line, 1, space - 1)), text = string.sub(line, space + 1) }
  end
  return mail
end

-- All of it, to a session that was handed the first so many already.
local function hand_over(mail_key, already)
  local mail = read_mail(mail_key)
  for i, letter in ipairs(mail) do
    if i > already then
      letter.handings = letter.handings + 1
      redis.call('LSET', mail_key, i - 1, digits(letter.handings) .. ' ' .. letter.text)
    end
  end
  return mail
end
