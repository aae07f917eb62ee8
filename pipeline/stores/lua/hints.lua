-- hints: lanes with work (due, or a lease that is over) whose hint is not outstanding; marks them hinted.
-- ARGV: prefix, hint_ms. The net under the hints that workers publish themselves.
local closed = {}
for _, lane in ipairs(redis.call('SMEMBERS', P .. 'lanes')) do
  local step, account = string.match(lane, '^([^.]*)%.(.*)$')
  if step == 'normalize' or step == 'validate' then account = '' end -- they call nobody
  if closed[account] == nil then
    local gate = gate_state(account)
    closed[account] = gate == 'shut'
  end
  if redis.call('ZCOUNT', P .. 'hand:' .. lane, '-inf', int(now)) > 0
    or (not closed[account] and redis.call('ZCOUNT', P .. 'due:' .. lane, '-inf', int(now)) > 0) then
    wake(lane)
  end
end
return close(tonumber(ARGV[2]))
