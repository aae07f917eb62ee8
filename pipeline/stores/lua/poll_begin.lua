-- poll_begin: opens a poll of one account and flow unless one is open, one just began, or the gate is shut.
-- ARGV: prefix, key (account:flow), account, token, lease_ms, every_ms, force
-- `every`: two beats in one period make one poll. Safe to run twice with the same token.
local key, account, token = P .. 'cur:' .. ARGV[2], ARGV[3], ARGV[4]
local lease, every, force = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local c = redis.call('HMGET', key, 'token', 'until', 'began', 'cursor', 'page')
if c[1] ~= token then
  local gate, why = gate_state(account)
  if gate == 'shut' then return { 'shut', why } end
  if c[1] and c[1] ~= '' and (tonumber(c[2]) or 0) > now then return { 'open' } end
  -- a listing that was cut short goes on at once; else half a period must have passed
  if not force and (c[5] or '') == '' and now - (tonumber(c[3]) or 0) < every / 2 then return { 'early' } end
  redis.call('HSET', key, 'token', token, 'until', int(now + lease), 'began', int(now))
end
return { 'begun', int(now), c[4] or '', c[5] or '' }
