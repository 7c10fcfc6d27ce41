//! Everything fails in turn: the table, the panel, Telegram, the process itself. However it fails, it ends with one payment, one account, nothing
//! owed and nothing lost.

mod by_hand;
mod delivery;
mod new_link;
mod panel;
mod process;
mod recurring;
mod refund;
mod renewal;
mod table;

use domain::time::Span;
use tests::World;

/// Leases end, and the jobs work off what is owed, until nothing is.
async fn settle_down(world: &World) {
    for _ in 0..12 {
        // A look at an account, some day, is nothing that anybody waits for.
        if world.owed().await.values().all(|item| item["duty"] == "remind") {
            return;
        }
        world.clock.advance(Span::minutes(2));
        world.jobs().await;
    }
    panic!("the shop still owes something");
}
