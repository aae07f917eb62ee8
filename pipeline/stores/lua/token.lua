-- token: one account's shared access token, and the lock of the one who refreshes it.
-- ARGV: prefix, account, act, nonce, then by act:
--   lock: lease_ms -> {'locked', fence} | {'held', ms left}. The same nonce is answered the same.
--   store: fence, token body, life_ms, rotating body ('' keeps the one there) -> 1 | 0 (a later one has stored since)
--   unlock: -> 1 | 0 (it is another's by now)      drop: the body that was refused -> 1 | 0 (another one is there)
local token, lock = P .. 'token:' .. ARGV[2], P .. 'token-lock:' .. ARGV[2]
local fences = P .. 'token-fence:' .. ARGV[2]
local act, nonce = ARGV[3], ARGV[4]
if act == 'lock' then
  local held = redis.call('HMGET', lock, 'nonce', 'fence')
  if held[1] == nonce then return { 'locked', held[2] } end
  if held[1] then return { 'held', int(redis.call('PTTL', lock)) } end
  local fence = int(redis.call('HINCRBY', fences, 'given', 1))
  redis.call('HSET', lock, 'nonce', nonce, 'fence', fence)
  redis.call('PEXPIRE', lock, ARGV[5])
  return { 'locked', fence }
elseif act == 'store' then
  -- whoever lost its lock in mid-refresh must not put an older token over the next holder's
  if (tonumber(redis.call('HGET', fences, 'stored')) or 0) > tonumber(ARGV[5]) then return 0 end
  redis.call('HSET', fences, 'stored', ARGV[5])
  redis.call('SET', token, ARGV[6], 'PX', ARGV[7])
  if ARGV[8] ~= '' then redis.call('SET', P .. 'token-next:' .. ARGV[2], ARGV[8]) end
  return 1
elseif act == 'unlock' then
  if redis.call('HGET', lock, 'nonce') ~= nonce then return 0 end
  return redis.call('DEL', lock)
end
if redis.call('GET', token) ~= ARGV[5] then return 0 end
return redis.call('DEL', token)
