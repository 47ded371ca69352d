//! The same answers from MySQL and MariaDB: several desks, row locks in one order.
