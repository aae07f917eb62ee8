-- settle: ends items for their holder, and moves each on.
-- ARGV: prefix, token, hint_ms, header (JSON list), body...   A header entry e:
--   i item, r ref, s suffix, k kind, tl timeline line; st, ln next stage and lane; b, fb indexes of bodies (from 1);
--   tg list of deliveries {t, ln, q(required), w condition at the take, k: push | done | discarded | held | dead, er,
--   cf, ct}; bf, rc, fa, er, cf, ct, un, dly, dl, hd, lk, sp; f finished line; ev it is evidence, lt its line if it
--   is late, fp of the raw it was made of
-- Safe to run twice: the second time the token is no longer the holder's, and the receipt is the one that is there.
local token, hint_ms = ARGV[2], tonumber(ARGV[3])
local entries = cjson.decode(ARGV[4])
local BODY = 4
local lost = {}

local function finished_of(e)
  local f = e.f
  return { fk = f.fk, fttl = f.fttl, id = f.id, line = ARGV[BODY + f.line], xk = f.xk, xid = f.xid, keep = f.keep }
end

local function cause_of(e)
  if not e.cf then return nil end
  return { f = e.cf, t = e.ct }
end

local function route(e, p)
  local ref = e.r
  local key = P .. 'd:' .. ref
  local names, required, known = {}, {}, {}
  for _, d in ipairs(e.tg) do
    names[#names + 1], known[d.t] = d.t, true
    if d.q then required[#required + 1] = d.t end
    if d.w ~= 'done' and redis.call('HGET', key, 'co@' .. d.t) == 'done' then
      -- a late receipt came in since this holder took it: decided on what was true then, it would be sent again
      enter(ref, '', p, p.st, 'due', p.ln, now)
      note(ref, '{"who":"ledger","what":"decided anew: a receipt came in meanwhile"}')
      return
    end
  end
  for _, target in ipairs(targets_of(ref)) do -- of an earlier routing: what it was sent is not forgotten
    if not known[target] then
      names[#names + 1] = target
      local q = position(ref, '@' .. target)
      if not BUSY[q.co] and q.co ~= 'done' and q.co ~= 'discarded' then
        unroute(ref, '@' .. target, q)
      end
    end
  end
  redis.call('HSET', key, 'st', 'push', 'co', '', 'to', '', 'er', '', 'mb', '', 'un', '', 'hd', '', 'lr', '', 'lo', '0',
    'at', '0', 'ln', '', 'tg', table.concat(names, ','), 'rq', table.concat(required, ','), 'upd', int(now))
  for _, d in ipairs(e.tg) do
    local t = '@' .. d.t
    local q = position(ref, t)
    if not BUSY[q.co] then
      leave(ref, t, q)
      local op = redis.call('HGET', key, 'op' .. t) -- an operator holds or discarded this one: that outlives a version
      if op == 'discarded' and d.k == 'push' then
        redis.call('HSET', key, 'co' .. t, 'discarded', 'st' .. t, 'done', 'er' .. t, '', 'si' .. t, int(now))
      elseif op == 'held' and d.k == 'push' then
        local fault = { step = 'push', kind = 'invalid', cause = 'held by an operator',
          message = 'held by an operator; release it' }
        enter(ref, t, q, 'push', 'held', d.ln, nil, { 'at', '0', 'er', cjson.encode(fault), 'mb', q.mb },
          { f = 'held-by-operator', t = cjson.encode(fault) })
      elseif d.k == 'push' then
        enter(ref, t, q, 'push', 'due', d.ln, now, { 'at', '0', 'er', '', 'lr', '', 'hd', '',
          'mb', d.mb and '1' or (q.co == 'done' and '' or q.mb) }) -- an update: this version was never sent
      elseif d.k == 'held' or d.k == 'dead' then
        enter(ref, t, q, 'push', d.k, d.ln, nil, { 'er', d.er }, { f = d.cf, t = d.ct })
      else
        redis.call('HSET', key, 'co' .. t, d.k, 'st' .. t, 'done', 'er' .. t, '', 'cf' .. t, '', 'si' .. t, int(now))
        if d.k == 'done' then redis.call('HSET', key, 'ok' .. t, '1') end
        if d.bf then redis.call('HSET', key, 'bf' .. t, d.bf) end
        if d.rc then redis.call('HSET', key, 'rc' .. t, d.rc) end
      end
    end
  end
  after_delivery(ref, e.al, function() return finished_of(e) end)
end

local function advance(e, p)
  local ref, sfx = e.r, e.s
  local key = P .. 'd:' .. ref
  if sfx ~= '' then return delivered(ref, sfx, p, e, token, function() return finished_of(e) end) end
  local set = { 'at', '0', 'er', '', 'lo', '0', 'hd', '', 'lr', '', 'un', '' }
  leave(ref, sfx, p)
  if e.b then redis.call('HSET', key, 'doc', ARGV[BODY + e.b]) end
  if e.rb then redis.call('HSET', key, 'raw', ARGV[BODY + e.rb]) end
  if e.fa then redis.call('HSET', key, 'fa', e.fa) end
  if e.dl then redis.call('HSET', key, 'dl', e.dl) end
  if e.tg then
    route(e, p)
  elseif e.st then
    if e.ok then set[#set + 1] = 'mb' set[#set + 1] = '' end
    enter(ref, sfx, p, e.st, 'due', e.ln, now, set)
  else
    over(ref, p, e.dc and 'discarded' or 'done', function() return finished_of(e) end)
  end
end

local KIND = {}
function KIND.park(e, p)
  local spent = e.sp and (tonumber(p.at) or 0) + 1 or (tonumber(p.at) or 0)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'parked', p.ln, e.un and tonumber(e.un) or now + e.dly,
    { 'at', int(spent), 'er', e.er, 'un', '', 'lo', '0', 'mb', e.ns and '' or p.mb, 'hd', e.ns and '' or p.hd }, cause_of(e))
end
function KIND.pend(e, p)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'pending', p.ln, now + e.dly, { 'hd', e.hd, 'un', '', 'er', '', 'lo', '0' })
end
function KIND.wait(e, p)
  leave(e.r, e.s, p)
  if e.b then redis.call('HSET', P .. 'd:' .. e.r, 'doc', ARGV[BODY + e.b]) end
  redis.call('HSET', P .. 'd:' .. e.r, 'dl', e.dl or '')
  enter(e.r, e.s, p, p.st, 'waiting', p.ln, nil, { 'er', '', 'un', '', 'lo', '0', 'wf', e.wf or '', 'mb', e.ok and '' or p.mb })
end
local function stop(e, p, condition)
  leave(e.r, e.s, p)
  if e.b then redis.call('HSET', P .. 'd:' .. e.r, 'doc', ARGV[BODY + e.b]) end
  if e.dl then redis.call('HSET', P .. 'd:' .. e.r, 'dl', e.dl) end
  local spent = e.sp and (tonumber(p.at) or 0) + 1 or (tonumber(p.at) or 0)
  enter(e.r, e.s, p, p.st, condition, p.ln, nil,
    { 'at', int(spent), 'er', e.er, 'un', '', 'lo', '0', 'mb', e.ns and '' or p.mb, 'hd', e.ns and '' or p.hd }, cause_of(e))
end
function KIND.hold(e, p) stop(e, p, 'held') end
function KIND.die(e, p) stop(e, p, 'dead') end
function KIND.unk(e, p)
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, 'unknown', p.ln, e.lk and now + e.lk or nil,
    { 'er', e.er, 'mb', '1', 'lo', '0', 'hd', '', 'at', int((tonumber(p.at) or 0) + (e.sp and 1 or 0)) }, cause_of(e))
end
function KIND.back(e, p)
  local to = again(p)
  if e.ns then to = 'due' end
  leave(e.r, e.s, p)
  enter(e.r, e.s, p, p.st, to, p.ln, now + (e.dly or 0), { 'mb', e.ns and '' or p.mb, 'hd', e.ns and '' or p.hd })
end

-- A yes from one who lost the record meanwhile. Evidence is never refused; each holder's is heard once.
local function hear(e, p)
  local ref, sfx = e.r, e.s
  local key = P .. 'd:' .. ref
  local same = redis.call('HGET', key, 'fp') == e.fp -- else a newer version stands there, and this says nothing of it
  if p.ev == token then return true end
  if sfx == '' and (p.st ~= 'acknowledge' or p.co == '' or p.co == 'done' or not same) then return false end
  if p.st == '' or (p.co == 'done' and (not e.rc or e.rc == p.rc)) then return false end
  note(ref, e.lt)
  redis.call('HSET', key, 'ev' .. sfx, token)
  if sfx ~= '' and p.co ~= 'done' then -- another receipt than the one that settled it is told, not kept
    redis.call('HSET', key, 'mb' .. sfx, '1', 'ok' .. sfx, '1', 'rc' .. sfx, e.rc or p.rc)
    if e.bf then redis.call('HSET', key, 'bf' .. sfx, e.bf) end
  end
  if p.co == '' then -- begun again and not yet routed: the routing will compare with what was sent
    redis.call('HSET', key, 'co' .. sfx, 'done', 'st' .. sfx, 'done', 'ok' .. sfx, '1', 'si' .. sfx, int(now))
  elseif not same or p.co == 'done' or p.co == 'discarded' then
    return true
  elseif p.co == 'in_hand' or p.co == 'sending' then
    local f = finished_of(e)
    local line = f.line
    f.line = nil
    redis.call('HSET', key, 'lr' .. sfx, e.rc or '-', 'll' .. sfx, line,
      'le' .. sfx, cjson.encode({ rc = e.rc, bf = e.bf, al = e.al, f = f }))
  elseif sfx == '' then
    leave(ref, sfx, p)
    over(ref, p, 'done', function() return finished_of(e) end)
  else
    delivered(ref, sfx, p, e, token, function() return finished_of(e) end)
  end
  return true
end

for _, e in ipairs(entries) do
  local p = position(e.r, e.s)
  if p.to == token and (p.co == 'in_hand' or p.co == 'sending') then
    if (e.k == 'adv' and not e.dc) or not settle_late(e.r, e.s, p) then
      if e.tl then note(e.r, e.tl) end
      if p.lr ~= '' then redis.call('HDEL', P .. 'd:' .. e.r, 'le' .. e.s, 'll' .. e.s) end
      if e.k == 'adv' then advance(e, p) else KIND[e.k](e, p) end
    end
    apply_next(e.r)
  elseif e.k == 'adv' and e.ev and hear(e, p) then
    apply_next(e.r)
  else
    lost[#lost + 1] = e.i
  end
end
return { close(hint_ms), lost }
