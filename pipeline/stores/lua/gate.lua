-- gate: shuts one account's gate, or opens it.
-- ARGV: prefix, account, act (shut | open), kind, why, relative ms ('' = until opened), kinds to open (csv)
-- A pause is never shortened by anything but a resume; a longer time never gives way to a shorter one.
local key = P .. 'gate:' .. ARGV[2]
local g = redis.call('HMGET', key, 'kind', 'until')
if ARGV[3] == 'open' then
  if not g[1] then return 0 end
  if ARGV[7] ~= '' and not string.find(',' .. ARGV[7] .. ',', ',' .. g[1] .. ',', 1, true) then return 0 end
  redis.call('DEL', key)
  return 1
end
if g[1] == 'paused' and ARGV[4] ~= 'paused' then return 0 end
local till = ARGV[6] == '' and 0 or now + tonumber(ARGV[6])
if g[2] and till ~= 0 and (tonumber(g[2]) == 0 or tonumber(g[2]) > till) then return 0 end -- 0: until opened
redis.call('HSET', key, 'kind', ARGV[4], 'why', ARGV[5], 'until', int(till), 'since', int(now), 'probe_until', '0')
return 1
