//! Desks, ports and views: what the house does, over ports that speak in decisions.
