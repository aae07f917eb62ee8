-- budget: what a partner's answer told of one endpoint's calls.
-- ARGV: prefix, account:endpoint, ms per call ('' unknown) and ms for which that holds, ms in which none is left ('' some are).
local key = P .. 'rate:' .. ARGV[2]
if ARGV[3] ~= '' then redis.call('SET', key .. ':every', ARGV[3], 'PX', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('SET', key .. ':none', '1', 'PX', ARGV[5]) end
return '0'
