-- poll_end: closes a poll without moving its cursor; its page stays, so that the next poll goes on there.
-- ARGV: prefix, key, token, keep_page, error (JSON or '')
local key = P .. 'cur:' .. ARGV[2]
if redis.call('HGET', key, 'token') == ARGV[3] then
  redis.call('HSET', key, 'token', '', 'until', '0', 'error', ARGV[5])
  if ARGV[4] ~= '1' then redis.call('HSET', key, 'page', '') end
  return 1
end
return 0
