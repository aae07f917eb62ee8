// Brings the overview's tables up to date every five seconds, while somebody looks and nothing is marked.
(function () {
    "use strict";

    var live = document.getElementById("orders-live"),
        dot = document.getElementById("orders-dot"),
        words = document.getElementById("orders-refreshed");

    if (!live) {
        return;
    }

    function tell(ok) {
        dot.className = "status-dot " + (ok ? "status-dot-live" : "status-dot-error");
        words.textContent = ok ? "Refreshed every 5 s" : "Not refreshed: Flower or the ledger does not answer";
    }

    function busy() {
        var marked = window.getSelection();
        return document.hidden || live.contains(document.activeElement) || (marked && String(marked) !== "");
    }

    setInterval(function () {
        if (busy()) {
            return;
        }
        fetch(window.location.href, {cache: "no-store"}).then(function (answer) {
            return answer.ok ? answer.text() : Promise.reject(answer.status);
        }).then(function (text) {
            var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("orders-live");
            live.innerHTML = fresh.innerHTML;
            tell(true);
        }).catch(function () {
            tell(false);
        });
    }, 5000);
}());
